import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cargoOf, KNOWN, OVERTAKEN } from "../../lib/checker/dispatch-bundle.ts";
import type { ChannelRules, QuietHours } from "../../lib/domain/alerting/channel-rules.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { openClock } from "../../lib/store/clock.ts";
import type { DeliveryContext } from "../../lib/store/deliveries-context.ts";
import { listPlanned, openIncident, type OpenedIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";

const trial = useDispatch();
const SOON = 20_000;

let sink: HttpSink;
let project: TestProject;

beforeEach(async () => {
  sink = await startHttpSink();
  await offsetClock(trial.database(), 0);
  project = await makeProject(trial.database());
});
afterEach(() => sink.close());

/** The project's only channel takes alerts by these rules. */
async function channelWith(rules: ChannelRules): Promise<void> {
  const id = await addChannel(trial.database(), project, { url: `${sink.url}/hook` });
  await trial.database().pool.query("UPDATE channels SET rules = $2 WHERE id = $1", [id, JSON.stringify(rules)]);
}

/** Hours that have just begun and end within the next. */
function quietNow(): QuietHours {
  const time = (at: number): string => new Date(at).toISOString().slice(11, 16);
  return { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], from: time(Date.now() - HOUR), to: time(Date.now() + HOUR) };
}

const events = async (): Promise<string[]> =>
  (await listFates(trial.database())).map(({ event, state }) => `${event} ${state}`);

const told = (): unknown[] => sink.requests.map(({ body }) => (JSON.parse(body) as { event: unknown }).event);

async function untilEvents(...expected: string[]): Promise<void> {
  await eventually(async () => expect(await events()).toEqual(expected), SOON);
}

async function remind({ id }: OpenedIncident): Promise<void> {
  await trial
    .database()
    .pool.query("UPDATE incidents SET remind_at = belfry_now(), told_at = belfry_now() WHERE id = $1", [id]);
  await planNow(trial.database());
}

describe("in quiet hours", () => {
  test("nothing leaves; what is over at their end is told to nobody, its all-clear neither", async () => {
    await channelWith({ quietHours: quietNow() });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    await resolveIncident(trial.database(), incident);
    await planNow(trial.database());
    const planned = await listPlanned(trial.database());
    expect(planned.map(({ event }) => event)).toEqual(["opened", "resolved"]);
    expect(planned.every(({ inMs }) => inMs > 50 * MINUTE && inMs <= HOUR)).toBe(true);
    await offsetClock(trial.database(), HOUR + MINUTE);
    trial.start();
    await untilEvents("opened dropped", "resolved dropped");
    expect(told()).toEqual([]);
  });

  test("an alarm that still holds at their end is told with how long it waited, and the last good run as long ago as it is", async () => {
    await channelWith({ quietHours: quietNow() });
    const lastOkAt = Date.now() - MINUTE;
    await openIncident(trial.database(), project, { facts: { lastOkAt, okStreak: 1 } });
    await planNow(trial.database());
    await offsetClock(trial.database(), 2 * HOUR);
    trial.start({ deps: { clock: await openClock(trial.database().pool) } });
    await untilEvents("opened sent");
    const [message] = sink.requests.map(({ body }) => JSON.parse(body) as { why: string[]; lastGood: string });
    expect(message?.why.at(-1)).toMatch(/^This message has waited for 2 h/);
    expect(message?.lastGood).toMatch(/, 2 h( 1 min)? ago$/);
  });

  test("reminders gather, and at the end an alarm that still holds is told once, without them", async () => {
    await channelWith({ quietHours: quietNow() });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    await remind(incident);
    await remind(incident);
    await offsetClock(trial.database(), HOUR + MINUTE);
    trial.start();
    await untilEvents("opened sent", "reminder dropped", "reminder dropped");
    expect(told()).toEqual(["opened"]);
  });

  test("of several reminders the latest is told", async () => {
    await channelWith({ events: ["reminder", "resolved"], quietHours: quietNow() });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    await remind(incident);
    await remind(incident);
    await offsetClock(trial.database(), HOUR + MINUTE);
    trial.start();
    await untilEvents("reminder dropped", "reminder sent");
  });

  test("whoever heard of the alarm before hears of its end after them, though its reminder has lapsed", async () => {
    await channelWith({});
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    trial.start();
    await untilEvents("opened sent");
    await trial.stop();
    const quiet = JSON.stringify({ quietHours: quietNow() });
    await trial.database().pool.query("UPDATE channels SET rules = $1", [quiet]);
    await remind(incident);
    await resolveIncident(trial.database(), incident);
    await planNow(trial.database());
    await offsetClock(trial.database(), HOUR + MINUTE);
    trial.start();
    await untilEvents("opened sent", "reminder dropped", "resolved sent");
    expect(told()).toEqual(["opened", "resolved"]);
  });
});

describe("an alarm that quiet hours held back until somebody acknowledged it", () => {
  async function acknowledged(names: readonly string[]): Promise<void> {
    await channelWith({ quietHours: quietNow() });
    for (const name of names) await openIncident(trial.database(), project, { name, host: "db-03" });
    await planNow(trial.database());
    await trial.database().pool.query("UPDATE incidents SET acknowledged_at = belfry_now()");
    await offsetClock(trial.database(), HOUR + MINUTE);
    trial.start();
  }

  test("is not told, and says why", async () => {
    await acknowledged(["a"]);
    await untilEvents("opened dropped");
    expect((await listFates(trial.database()))[0]?.lastError).toBe(KNOWN);
  });

  test("is not told either where it is one of an outage", async () => {
    await acknowledged(["a", "b"]);
    await untilEvents("opened dropped", "opened dropped");
    expect(told()).toEqual([]);
  });

  test("is told to who keeps incidents open", () => {
    const context = { ...END, known: true };
    expect(cargoOf(context, null, new Set(["pagerduty"])).left).toEqual([]);
    expect(cargoOf(context, null, new Set()).left).toEqual([{ id: "d1", reason: KNOWN }]);
  });
});

describe("an end that was put off", () => {
  /** The job was told to be in trouble, recovers while its channel is quiet, and is told to be in trouble again before that ends. */
  async function failAgain(): Promise<{ incident: OpenedIncident; later: () => Promise<void> }> {
    await channelWith({});
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    const loop = trial.start();
    await untilEvents("opened sent");
    await setRules({ quietHours: quietNow() });
    await resolveIncident(trial.database(), incident);
    await planNow(trial.database());
    await setRules({});
    await trial.database().pool.query(REOPEN, [incident.id]);
    await planNow(trial.database());
    loop.wake();
    await untilEvents("opened sent", "resolved pending", "opened sent");
    const later = async (): Promise<void> => {
      await offsetClock(trial.database(), HOUR + MINUTE);
      loop.wake();
    };
    return { incident, later };
  }

  test("is not told where its job is in trouble again, as its receiver knows: it would seem to be well", async () => {
    const { later } = await failAgain();
    await later();
    await untilEvents("opened sent", "resolved dropped", "opened sent");
    expect(told()).toEqual(["opened", "opened"]);
  });

  test("is told where that is over as well", async () => {
    const { incident, later } = await failAgain();
    await trial.database().pool.query(END_ALL, [incident.jobId]);
    await later();
    await untilEvents("opened sent", "resolved sent", "opened sent");
  });

  test("is told all the same to who would keep open what it ends", () => {
    const context = { ...END, overtaken: true };
    expect(cargoOf(context, null, new Set(["pagerduty"])).left).toEqual([]);
    expect(cargoOf(context, null, new Set()).left).toEqual([{ id: "d1", reason: OVERTAKEN }]);
  });
});

const END: DeliveryContext = {
  ...{ id: "d1", recipient: null, jobId: "j1", incidentId: "i1", runNumber: 1, withdrawn: false, lapsed: false },
  ...{ known: false, overtaken: false, lagFrom: null, earlierId: null, input: null },
  channel: { id: "c1", kind: "pagerduty", name: "Pager", enabled: true, serves: true, sealedSettings: "" },
};

const END_ALL = `UPDATE incidents SET state = 'resolved', resolved_at = belfry_now(), resolve_reason = 'recovered'
  WHERE job_id = $1 AND state = 'open'`;

/** The job of this incident is in trouble again. */
const REOPEN = `WITH incident AS (
    INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
    SELECT gen_random_uuid(), job_id, project_id, number + 1, severity, cause, 'open', 1, belfry_now()
    FROM incidents WHERE id = $1 RETURNING *
  )
  INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
  SELECT gen_random_uuid(), i.project_id, i.job_id, i.id, 'opened', i.severity, 1, belfry_now(), belfry_now(), a.facts
  FROM incident i JOIN alerts a ON a.job_id = i.job_id AND a.event = 'opened'`;

async function setRules(rules: ChannelRules): Promise<void> {
  await trial.database().pool.query("UPDATE channels SET rules = $1", [JSON.stringify(rules)]);
}

describe("after a delay", () => {
  test("an incident that somebody has acknowledged is not told", async () => {
    await channelWith({ delayMinutes: 30 });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    await trial
      .database()
      .pool.query("UPDATE incidents SET acknowledged_at = belfry_now() WHERE id = $1", [incident.id]);
    await offsetClock(trial.database(), 31 * MINUTE);
    trial.start();
    await untilEvents("opened dropped");
  });

  test("one that nobody looks after is told", async () => {
    await channelWith({ delayMinutes: 30 });
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    await offsetClock(trial.database(), 31 * MINUTE);
    trial.start();
    await untilEvents("opened sent");
  });
});
