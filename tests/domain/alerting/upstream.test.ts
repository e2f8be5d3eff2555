import { describe, expect, it } from "vitest";
import { planAlerts } from "../../../lib/domain/alerting/plan.ts";
import type { AlertingContext } from "../../../lib/domain/alerting/pending.ts";
import { MINUTE } from "../../../lib/domain/time.ts";
import { contextOf, counter, NOW, pending, recovery } from "../../support/pending.ts";

const REPORT = { upstreamIds: ["backup"] };

function plan(alerts: Parameters<typeof planAlerts>[0], upstreams: AlertingContext["upstreams"], now = NOW) {
  const { held, planned } = planAlerts(alerts, contextOf({ upstreams }), { now, newId: counter() });
  return { held: held.map(({ hold }) => hold), told: planned.map(({ alert }) => alert.id) };
}

describe("an alarm of a job whose upstream is down", () => {
  const down = new Map([["backup", { name: "Backup", upAt: null }]]);
  const upSince = (upAt: number) => new Map([["backup", { name: "Backup", upAt }]]);

  it("waits, and says for what", () => {
    const { held, told } = plan([pending("report", { job: REPORT })], down);
    expect(held).toEqual([{ reason: "upstream", until: NOW + 2 * MINUTE, detail: "Backup" }]);
    expect(told).toEqual([]);
  });

  it("waits no longer than a job needs to come right by itself after it", () => {
    const alarm = pending("report", { job: REPORT, hold: "upstream" });
    expect(plan([alarm], upSince(NOW - MINUTE)).held).toEqual([
      { reason: "upstream", until: NOW + 4 * MINUTE, detail: "Backup" },
    ]);
    expect(plan([alarm], upSince(NOW - 5 * MINUTE)).told).toEqual(["report-opened"]);
  });

  it("is never told where the trouble ended with it, nor is its end", () => {
    const ended = { resolvedAt: NOW, resolveReason: "recovered" } as const;
    const alarm = pending("report", { job: REPORT, hold: "upstream", incident: ended });
    const { held, told } = plan([alarm, recovery("report", { incident: { toldAt: null } })], upSince(NOW - 5 * MINUTE));
    expect(held.map(({ reason, until }) => [reason, until])).toEqual([
      ["upstream", null],
      ["upstream", null],
    ]);
    expect(told).toEqual([]);
  });

  it("waits as well where it is another cause, and is not told where the trouble ended meanwhile or a newer one waits", () => {
    const changed = (changes: Parameters<typeof pending>[1]) =>
      pending("report", { ...{ event: "changed", sequence: 2, job: REPORT }, ...changes });
    const open = { toldAt: NOW - MINUTE } as const;
    expect(plan([changed({ incident: open })], down).held).toMatchObject([{ reason: "upstream", detail: "Backup" }]);
    const waited = changed({ incident: open, hold: "upstream" });
    const newer = changed({ id: "newer", sequence: 3, incident: open, hold: "upstream" });
    expect(plan([waited, newer], upSince(NOW - 5 * MINUTE)).told).toEqual(["newer"]);
    const over = { ...open, resolvedAt: NOW, resolveReason: "recovered" } as const;
    const ended = plan([changed({ incident: over, hold: "upstream" })], upSince(NOW));
    expect(ended).toEqual({ held: [{ reason: "upstream", until: null, detail: null }], told: [] });
  });

  it("does not keep back the end of what was told before", () => {
    expect(plan([recovery("report", { job: REPORT })], down).told).toEqual(["report-resolved"]);
  });

  it("leaves alone a job that waits for others", () => {
    const { told } = plan([pending("other", { job: { upstreamIds: ["elsewhere"] } }), pending("free")], down);
    expect(told).toEqual(["other-opened", "free-opened"]);
  });
});
