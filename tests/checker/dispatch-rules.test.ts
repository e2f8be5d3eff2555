import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChannelRules, QuietHours } from "../../lib/domain/alerting/channel-rules.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
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
