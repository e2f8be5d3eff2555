import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChannelRules } from "../../lib/domain/alerting/channel-rules.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { openClock } from "../../lib/store/clock.ts";
import { replaceUpstreams } from "../../lib/store/jobs-upstreams.ts";
import { insertWindowRecord } from "../../lib/store/windows.ts";
import { openIncident, type OpenedIncident, planNow } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { useDispatch } from "../support/dispatch-trial.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";

const trial = useDispatch();

let sink: HttpSink;
let project: TestProject;
let channelId: string;

beforeEach(async () => {
  sink = await startHttpSink();
  await offsetClock(trial.database(), 0);
  project = await makeProject(trial.database());
  channelId = await addChannel(trial.database(), project, { url: `${sink.url}/hook` });
});
afterEach(() => sink.close());

async function openWindow(name: string, ms: Record<"from" | "to", number>): Promise<void> {
  const now = (await openClock(trial.database().pool)).now();
  const times = { kind: "once", startsAt: now + ms.from, endsAt: now + ms.to } as const;
  const scope = { jobIds: [], tags: [], hosts: [] };
  const window = {
    projectId: project.id,
    name,
    enabled: true,
    source: "person",
    createdBy: null,
    times,
    scope,
  } as const;
  await insertWindowRecord(trial.database().pool, window);
}

async function setRules(rules: ChannelRules): Promise<void> {
  await trial.database().pool.query("UPDATE channels SET rules = $2 WHERE id = $1", [channelId, JSON.stringify(rules)]);
}

/** Lets the clock run to `ms` after the start, and plans. */
async function planAt(ms: number): Promise<void> {
  await offsetClock(trial.database(), ms);
  await planNow(trial.database());
}

async function remind({ id }: OpenedIncident): Promise<void> {
  await trial
    .database()
    .pool.query("UPDATE incidents SET remind_at = belfry_now(), told_at = belfry_now() WHERE id = $1", [id]);
  await planNow(trial.database());
}

/** The last sentences of each message, once that many have come. */
async function lastSentences(messages: number): Promise<(string | undefined)[]> {
  trial.start({ deps: { clock: await openClock(trial.database().pool) } });
  await sink.received(messages);
  return sink.requests.map(({ body }) => (JSON.parse(body) as { why: string[] }).why.at(-1));
}

describe("a message that was held back says by what", () => {
  test("by a window", async () => {
    await openWindow("Nightly deploy", { from: -MINUTE, to: HOUR });
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    await planAt(HOUR + SECOND);
    expect(await lastSentences(1)).toEqual([
      expect.stringMatching(
        /^This message has waited for 1 h.* It waited for the end of the window “Nightly deploy”\.$/,
      ),
    ]);
  });

  test("by all windows after each other that it met, each once", async () => {
    await openWindow("One", { from: -MINUTE, to: HOUR });
    await openWindow("Two", { from: HOUR + MINUTE, to: 2 * HOUR });
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    for (const ms of [HOUR + MINUTE + SECOND, HOUR + 2 * MINUTE, 2 * HOUR + SECOND]) await planAt(ms);
    expect(await lastSentences(1)).toEqual([
      expect.stringMatching(
        /\. It waited for the end of the window “One”\. It waited for the end of the window “Two”\.$/,
      ),
    ]);
  });

  test("by an upstream", async () => {
    const backup = await openIncident(trial.database(), project, { name: "backup", host: "db-01" });
    const report = await openIncident(trial.database(), project, { name: "report", host: "web-01" });
    await replaceUpstreams(trial.database().pool, report.jobId, [backup.jobId]);
    await planNow(trial.database());
    await replaceUpstreams(trial.database().pool, report.jobId, []);
    await planAt(10 * MINUTE);
    const sentences = await lastSentences(2);
    expect(sentences).toContainEqual(
      expect.stringMatching(/ It waited while “backup”, without which the job cannot do its work, was in trouble\.$/),
    );
    expect(sentences.filter((sentence) => sentence?.includes("It waited"))).toHaveLength(1);
  });

  test("by quiet hours of its channel", async () => {
    const time = (at: number): string => new Date(at).toISOString().slice(11, 16);
    const [from, to] = [time(Date.now() - HOUR), time(Date.now() + HOUR)];
    await setRules({ quietHours: { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], from, to } });
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    await offsetClock(trial.database(), 2 * HOUR);
    expect(await lastSentences(1)).toEqual([
      expect.stringMatching(/ It waited for the end of the channel's quiet hours\.$/),
    ]);
  });

  test("by a channel that is told only if nobody has acknowledged the incident", async () => {
    await setRules({ delayMinutes: 15 });
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    await offsetClock(trial.database(), 16 * MINUTE);
    expect(await lastSentences(1)).toEqual([
      expect.stringMatching(/ It waited, as this channel is told only if nobody has acknowledged the incident\.$/),
    ]);
  });

  test("or nothing where only the program was late", async () => {
    await openIncident(trial.database(), project);
    await planNow(trial.database());
    await offsetClock(trial.database(), HOUR);
    expect(await lastSentences(1)).toEqual([expect.stringMatching(/^This message has waited for 1 h[^.]*\.$/)]);
  });
});

test("a reminder does not say what had held back its alarm", async () => {
  await openWindow("Nightly deploy", { from: -MINUTE, to: HOUR });
  const incident = await openIncident(trial.database(), project);
  await planNow(trial.database());
  await planAt(HOUR + SECOND);
  await remind(incident);
  const { rows } = await trial
    .database()
    .pool.query<{ event: string; held: unknown }>(
      "SELECT event, facts -> 'held' AS held FROM alerts ORDER BY created_at, sequence",
    );
  expect(rows).toEqual([
    { event: "opened", held: [{ reason: "window", detail: "Nightly deploy" }] },
    { event: "reminder", held: null },
  ]);
});
