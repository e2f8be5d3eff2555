import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertChannel, AlertJob } from "../../../lib/domain/alerting/pending.ts";
import type { Cause, ResolveReason, Severity } from "../../../lib/domain/incident.ts";
import { groupBy } from "../../../lib/domain/group-by.ts";
import { HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { PlannedProject, type StoredDelivery } from "../../support/planned-project.ts";
import { LONG } from "../../support/size.ts";

// Projects in which incidents open, change, are handled and end as they please, planned as they would be.

const RUNS = LONG ? 2_000 : 150;

const CHANNELS: AlertChannel[] = [
  { id: "all", keepsIncidents: false, rules: {} },
  { id: "ends", keepsIncidents: false, rules: { events: ["resolved"] } },
  { id: "beginnings", keepsIncidents: false, rules: { events: ["opened"] } },
  { id: "critical", keepsIncidents: false, rules: { severities: ["critical"] } },
  { id: "later", keepsIncidents: false, rules: { delayMinutes: 10 } },
  { id: "keeper", keepsIncidents: true, rules: {} },
];

const HOSTS = ["db-01", "db-02", null];

const JOBS: AlertJob[] = Array.from({ length: 9 }, (_, index) => {
  const host = HOSTS[index % HOSTS.length] ?? null;
  return { id: `job ${index}`, name: `job ${index}`, tags: [], host, channelIds: null, upstreamIds: [] };
});

type Step = { name: string; run: (project: PlannedProject) => void };

const JOB = fc.nat(JOBS.length - 1);
const SEVERITY = fc.constantFrom<Severity>("critical", "critical", "warning");

const OPEN = fc.tuple(JOB, fc.constantFrom<Cause>("failed", "missed"), SEVERITY).map(([job, cause, severity]): Step => {
  return { name: `open ${job} ${cause} ${severity}`, run: (project) => project.open(job, cause, severity) };
});
const END = fc
  .tuple(JOB, fc.constantFrom<ResolveReason>("recovered", "recovered", "recovered", "withdrawn", "paused"))
  .map(([job, reason]): Step => ({ name: `end ${job} ${reason}`, run: (project) => project.end(job, reason) }));
const SAY = fc.tuple(JOB, fc.constantFrom("changed" as const, "reminder" as const)).map(([job, event]): Step => {
  return { name: `say ${job} ${event}`, run: (project) => project.say(job, event) };
});
const HANDLE = fc.tuple(JOB, fc.boolean()).map(([job, mutes]): Step => {
  const change = (now: Instant) => (mutes ? { mutedAt: now } : { snoozedUntil: now + HOUR });
  return { name: `handle ${job}`, run: (project) => project.handle(job, change(project.now)) };
});
const DRAIN = fc.boolean().map((drained): Step => {
  return { name: `drained ${drained}`, run: (project) => (project.drained = drained) };
});
const PASS = fc
  .oneof(fc.nat(5 * SECOND), fc.nat(90 * SECOND), fc.nat(10 * MINUTE))
  .map((ms): Step => ({ name: `pass ${ms}`, run: (project) => project.pass(ms) }));

const STORY = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: OPEN },
    { weight: 4, arbitrary: END },
    { weight: 2, arbitrary: SAY },
    { weight: 2, arbitrary: HANDLE },
    { weight: 1, arbitrary: DRAIN },
    { weight: 6, arbitrary: PASS },
  ),
  { minLength: 4, maxLength: 60, size: "max" },
);

/** Plays any story, then lets everything that is still open come right, and an hour pass. */
function check(property: (project: PlannedProject) => void): void {
  fc.assert(
    fc.property(STORY, (steps) => {
      const project = new PlannedProject(CHANNELS, JOBS);
      for (const { run } of steps) run(project);
      project.drained = true;
      for (const index of JOBS.keys()) project.end(index);
      project.pass(HOUR);
      property(project);
    }),
    { numRuns: RUNS },
  );
}

test("every alert of a turn is in exactly one of held and planned, and what is delivered was planned", () => {
  check(({ turns }) => {
    for (const { plan, asked } of turns) {
      const decided = [...plan.held, ...plan.planned].map(({ alert }) => alert.id);
      expect(decided.toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
      const planned = new Set(plan.planned.map(({ alert }) => alert.id));
      expect(plan.deliveries.filter(({ alert }) => !planned.has(alert.id))).toEqual([]);
    }
  });
});

test("what waits is looked at again later, not at once, and nothing waits for ever", () => {
  check(({ turns, alerts }) => {
    const early = turns.flatMap(({ at, plan }) =>
      plan.held.filter(({ hold }) => hold.until !== null && hold.until <= at),
    );
    expect(early).toEqual([]);
    expect(alerts.filter(({ planAt }) => planAt !== null)).toEqual([]);
  });
});

test("nobody is left untold of an alarm while its incident is open", () => {
  check(({ turns }) => {
    const given = turns.flatMap(({ plan }) =>
      plan.held.filter(({ alert, hold }) => alert.event === "opened" && hold.until === null),
    );
    expect(given.filter(({ alert }) => alert.incident.resolvedAt === null)).toEqual([]);
  });
});

test("an alarm that was not taken back is told once over every channel that takes it", () => {
  check(({ deliveries, incidents, turns }) => {
    const late = new Set(overBeforeFollowUp(turns));
    for (const { id, resolveReason, severity } of incidents) {
      const told = deliveries.filter(({ alert }) => alert.incident.id === id && alert.event === "opened");
      const who = told.map(({ channelId }) => channelId).toSorted();
      const expected = [
        "all",
        "beginnings",
        "keeper",
        "later",
        ...(severity === "critical" ? ["critical"] : []),
      ].toSorted();
      if (resolveReason === "recovered") expect(who).toEqual(late.has(id) ? [] : expected);
      else expect([[], expected]).toContainEqual(who);
    }
  });
});

test("what is not told as it was over before its follow-up left had waited for one, and is over", () => {
  check(({ turns, deliveries }) => {
    for (const id of overBeforeFollowUp(turns)) {
      const waited = turns.flatMap(({ plan }) => plan.held).filter(({ alert }) => alert.incident.id === id);
      expect(waited.some(({ alert, hold }) => alert.event === "opened" && hold.until !== null)).toBe(true);
      const last = waited.filter(({ alert }) => alert.event === "opened").at(-1);
      expect(last?.alert.incident).toMatchObject({ resolvedAt: expect.any(Number), outageId: expect.any(String) });
      expect(deliveries.filter(({ alert }) => alert.incident.id === id)).toEqual([]);
    }
  });
});

test("whoever keeps incidents open hears the end of each that it was told of, also of one that was closed", () => {
  check(({ deliveries, incidents }) => {
    const events = (id: string) =>
      deliveries.filter(({ alert, channelId }) => alert.incident.id === id && channelId === "keeper");
    for (const { id, mutedAt } of incidents) {
      const told = events(id).map(({ alert }) => alert.event);
      if (told.includes("opened") && mutedAt === null) expect(told.at(-1)).toBe("resolved");
    }
  });
});

test("who was told that a part of an outage recovered hears of its end, though the rest of it was closed", () => {
  check(({ deliveries, outages, incidents }) => {
    for (const { id: outageId } of outages.values()) {
      const own = incidents.filter((incident) => incident.outageId === outageId && incident.mutedAt === null);
      const told = deliveries.filter(
        ({ alert, channelId, outageId: id }) => id === outageId && alert.event === "resolved" && channelId === "all",
      );
      const last = Math.max(...own.map(({ resolvedAt }) => resolvedAt ?? Infinity));
      if (told.length > 0 && own.length === incidents.filter((one) => one.outageId === outageId).length) {
        expect(Math.max(...told.map(({ plannedAt }) => plannedAt))).toBeGreaterThanOrEqual(last);
      }
    }
  });
});

test("nobody hears of the end of what they have not heard of, unless ends are all that they want", () => {
  check(({ deliveries }) => {
    for (const [index, { alert, channelId }] of deliveries.entries()) {
      if (alert.event !== "resolved" || channelId === "ends") continue;
      const before = deliveries.slice(0, index);
      expect(before.some((one) => one.channelId === channelId && one.alert.incident.id === alert.incident.id)).toBe(
        true,
      );
    }
  });
});

test("each receiver hears of a job's troubles of one severity in the order in which they happened", () => {
  check(({ deliveries, alerts }) => {
    const positions = new Map(alerts.map(({ id }, position) => [id, position]));
    const nameOf = ({ alert, channelId }: StoredDelivery) => `${alert.job.id} ${alert.severity} ${channelId}`;
    for (const own of groupBy(deliveries, nameOf).values()) {
      const order = own.map(({ alert }) => positions.get(alert.id) ?? -1);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });
});

test("no two messages wait for each other", () => {
  check(({ deliveries }) => expect(findCircle(deliveries)).toEqual([]));
});

describe("an outage", () => {
  test("has at most one follow-up a minute while it lasts", () => {
    check(({ deliveries, incidents }) => {
      for (const { own, overAt } of perOutage(deliveries, incidents)) {
        const told = messagesOf(own.filter(({ alert, plannedAt }) => alert.event !== "resolved" && plannedAt < overAt));
        for (const [index, message] of told.slice(1).entries()) {
          expect(isTwiceInTrouble(own, told[index], message) || gapBetween(told[index], message) >= MINUTE).toBe(true);
        }
      }
    });
  });

  test("that is over is told to be over once", () => {
    check(({ deliveries, incidents }) => {
      for (const { own, overAt } of perOutage(deliveries, incidents)) {
        const ends = messagesOf(
          own.filter(({ alert, plannedAt }) => alert.event === "resolved" && plannedAt >= overAt),
        );
        for (const [index, message] of ends.slice(1).entries()) {
          expect(isTwiceInTrouble(own, ends[index], message)).toBe(true);
        }
      }
    });
  });
});

/** Incidents whose alarm joined an outage, and was out of date before the next message about that. */
function overBeforeFollowUp(turns: PlannedProject["turns"]): string[] {
  return turns
    .flatMap(({ plan }) => plan.held)
    .filter(({ alert, hold }) => alert.event === "opened" && hold.reason === "gathering" && hold.until === null)
    .map(({ alert }) => alert.incident.id);
}

/** Over one channel that hears of everything at once, with when the outage was over. */
function perOutage(
  deliveries: readonly StoredDelivery[],
  incidents: PlannedProject["incidents"],
): { own: StoredDelivery[]; overAt: Instant }[] {
  const grouped = deliveries.filter(({ outageId, channelId }) => outageId !== null && channelId === "all");
  return [...groupBy(grouped, ({ outageId }) => outageId)].map(([id, own]) => {
    const members = incidents.filter(({ outageId }) => outageId === id);
    return { own, overAt: Math.max(...members.map(({ resolvedAt }) => resolvedAt ?? Infinity)) };
  });
}

function messagesOf(deliveries: readonly StoredDelivery[]): StoredDelivery[][] {
  return [...groupBy(deliveries, ({ bundle }) => bundle).values()];
}

function gapBetween(one: StoredDelivery[] = [], other: StoredDelivery[] = []): Millis {
  return Math.abs((other[0]?.plannedAt ?? 0) - (one[0]?.plannedAt ?? 0));
}

/** Who was in trouble twice before anybody was told is told of twice, in order. */
function isTwiceInTrouble(own: StoredDelivery[], one: StoredDelivery[] = [], other: StoredDelivery[] = []): boolean {
  const at = other[0]?.plannedAt;
  const ended = own.filter(({ alert, plannedAt }) => alert.event === "resolved" && plannedAt === at);
  const jobs = new Set(ended.map(({ alert }) => alert.job.id));
  return gapBetween(one, other) === 0 && other.some(({ alert }) => jobs.has(alert.job.id));
}

function perQueue(deliveries: readonly StoredDelivery[]): StoredDelivery[][] {
  return [...groupBy(deliveries, ({ alert, channelId }) => `${alert.job.id} ${channelId}`).values()];
}

/** Messages that can never leave, where each waits for what stands before it in the queue of one of its jobs. */
function findCircle(deliveries: readonly StoredDelivery[]): string[] {
  const messageOf = ({ bundle, channelId, alert }: StoredDelivery) => `${bundle ?? alert.id} ${channelId}`;
  const waitsFor = new Map(deliveries.map((delivery) => [messageOf(delivery), new Set<string>()]));
  for (const own of perQueue(deliveries).map((queue) => queue.map(messageOf))) {
    for (const [index, message] of own.entries()) {
      const before = own[index - 1];
      if (before !== undefined && before !== message) waitsFor.get(message)?.add(before);
    }
  }
  for (;;) {
    const free = [...waitsFor].filter(([, others]) => ![...others].some((other) => waitsFor.has(other)));
    if (free.length === 0) return [...waitsFor.keys()];
    for (const [message] of free) waitsFor.delete(message);
  }
}
