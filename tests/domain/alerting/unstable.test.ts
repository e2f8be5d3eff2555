import { describe, expect, it } from "vitest";
import type { AlertingContext } from "../../../lib/domain/alerting/pending.ts";
import { planAlerts } from "../../../lib/domain/alerting/plan.ts";
import { findUnstable, lookAgain, type Openings, unstableWindow } from "../../../lib/domain/alerting/unstable.ts";
import { DAY, HOUR, MINUTE, type Instant } from "../../../lib/domain/time.ts";
import { contextOf, counter, NOW, pending, recovery } from "../../support/pending.ts";
import { cron, every, NO_SCHEDULE } from "../../support/scenario.ts";

describe("how far back openings count", () => {
  it.each([
    [every(5 * MINUTE), HOUR],
    [every(30 * MINUTE), 5 * HOUR],
    [cron("0 * * * *"), 10 * HOUR],
    [cron("0 3 * * *"), DAY],
    [NO_SCHEDULE, HOUR],
    [cron("0 3 30 2 *"), HOUR],
    [cron("nonsense"), HOUR],
  ])("for %j", (spec, windowMs) => {
    expect(unstableWindow(spec, NOW)).toBe(windowMs);
  });
});

/** Openings so many minutes ago, all of which people heard of but the last, which is the alarm's. */
function openedAgo(...minutes: number[]): ReadonlyMap<string, Openings> {
  const openings = minutes.map((ago, index) => ({
    incidentId: ago === 0 ? "incident of sync" : `incident ${index}`,
    openedAt: NOW - ago * MINUTE,
    told: ago !== 0,
  }));
  return new Map([["sync", { windowMs: HOUR, openings }]]);
}

function find(history: ReadonlyMap<string, Openings>, alarm = pending("sync"), context: Partial<AlertingContext> = {}) {
  return findUnstable([alarm], history, { context: contextOf(context), now: NOW }).map(({ since, openings }) => ({
    since,
    openings,
  }));
}

describe("a job becomes unstable", () => {
  it("with the fourth opening within its window", () => {
    expect(find(openedAgo(59, 40, 20, 0))).toEqual([{ since: NOW - 59 * MINUTE, openings: 4 }]);
    expect(find(openedAgo(40, 20, 0))).toEqual([]);
    expect(find(openedAgo(60, 40, 20, 0))).toEqual([]);
  });

  it("not with openings that nobody heard of", () => {
    const untold = new Map([...openedAgo(50, 40, 20, 0)].map(([id, known]) => [id, silence(known, 50)]));
    expect(find(untold)).toEqual([]);
  });

  it("not with a warning, nor twice, nor while its alarm waits for something else", () => {
    const history = openedAgo(50, 40, 20, 0);
    expect(find(history, pending("sync", { severity: "warning" }))).toEqual([]);
    expect(find(history, pending("sync"), { unstable: new Map([["sync", { since: NOW, windowMs: HOUR }]]) })).toEqual(
      [],
    );
    const waits = pending("sync", { job: { upstreamIds: ["db"] } });
    expect(find(history, waits, { upstreams: new Map([["db", { name: "db", upAt: null }]]) })).toEqual([]);
  });

  it("once, where several of its alarms wait at once", () => {
    const early = pending("sync", { incident: { id: "incident 0", openedAt: NOW - 50 * MINUTE } });
    const alerts = [early, pending("sync")];
    expect(findUnstable(alerts, openedAgo(50, 40, 20, 0), { context: contextOf(), now: NOW })).toHaveLength(1);
  });
});

function silence(known: Openings, ago: number): Openings {
  const told = (at: Instant) => at !== NOW - ago * MINUTE && at !== NOW;
  return { ...known, openings: known.openings.map((one) => ({ ...one, told: told(one.openedAt) })) };
}

describe("while a job is unstable", () => {
  const unstable = new Map([["sync", { since: NOW - HOUR, windowMs: HOUR }]]);
  const plan = (alerts: Parameters<typeof planAlerts>[0], now = NOW) => {
    const { held, planned } = planAlerts(alerts, contextOf({ unstable }), { now, newId: counter() });
    return { held: held.map(({ hold }) => [hold.reason, hold.until]), told: planned.map(({ alert }) => alert.event) };
  };

  it("an alarm waits for a fifth of its window, and is told where it stays down", () => {
    const alarm = pending("sync", { hold: "unstable" });
    expect(plan([alarm])).toEqual({ held: [["unstable", NOW + 12 * MINUTE]], told: [] });
    expect(plan([alarm], NOW + 12 * MINUTE)).toEqual({ held: [], told: ["opened"] });
  });

  it("an alarm that is over is told no more, nor is its end", () => {
    const ended = { resolvedAt: NOW, resolveReason: "recovered" } as const;
    const end = recovery("sync", { incident: { toldAt: null } });
    expect(plan([pending("sync", { hold: "unstable", incident: ended }), end])).toEqual({
      held: [
        ["unstable", null],
        ["unstable", null],
      ],
      told: [],
    });
  });

  it("that it is so leaves in place of the alarm, and that it is over leaves too", () => {
    const alarm = pending("sync");
    expect(plan([alarm, { ...alarm, id: "sync-unstable", event: "unstable" }]).told).toEqual(["unstable"]);
    expect(plan([pending("sync", { event: "stable", incident: { resolvedAt: NOW } })]).told).toEqual(["stable"]);
  });

  it("that it is over is news to those only who heard that it was", () => {
    const channels = ["ops", "night"].map((id) => ({ id, keepsIncidents: false, rules: {} }));
    const heard = new Map([["incident of sync", new Set(["ops"])]]);
    const stable = pending("sync", { event: "stable", incident: { resolvedAt: NOW } });
    const { deliveries } = planAlerts([stable], contextOf({ channels, heard }), { now: NOW, newId: counter() });
    expect(deliveries.map(({ channelId }) => channelId)).toEqual(["ops"]);
  });

  it("the end of what was told, warnings, and other jobs are told as ever", () => {
    expect(plan([recovery("sync")]).told).toEqual(["resolved"]);
    expect(plan([pending("sync", { severity: "warning" }), pending("other")]).told).toEqual(["opened", "opened"]);
  });
});

describe("an unstable job", () => {
  const calm = { windowMs: HOUR, paused: false, down: false, lastTroubleAt: NOW };

  it("is stable when half a window went by without trouble", () => {
    expect(lookAgain(calm, NOW + 29 * MINUTE)).toEqual({ kind: "unstable", checkAt: NOW + 30 * MINUTE });
    expect(lookAgain(calm, NOW + 30 * MINUTE)).toEqual({ kind: "stable" });
  });

  it("is looked at again while it is down, and forgotten once it is paused", () => {
    expect(lookAgain({ ...calm, down: true }, NOW + HOUR)).toEqual({ kind: "unstable", checkAt: NOW + 66 * MINUTE });
    expect(lookAgain({ ...calm, paused: true }, NOW + HOUR)).toEqual({ kind: "forgotten" });
  });
});
