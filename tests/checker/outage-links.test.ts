import { afterEach, beforeEach, expect, test } from "vitest";
import { openIncident, planNow } from "../support/alerting.ts";
import { useDispatch } from "../support/dispatch-trial.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";

const trial = useDispatch();
let sink: HttpSink;

beforeEach(async () => {
  sink = await startHttpSink();
});
afterEach(() => sink.close());

test("links of an outage say on how many incidents they act, also where this channel hears of some only", async () => {
  const database = trial.database();
  const project = await makeProject(database);
  const channelId = await addChannel(database, project, { url: `${sink.url}/hook` });
  await database.pool.query(`UPDATE channels SET rules = '{"tags": ["web"]}' WHERE id = $1`, [channelId]);
  for (const [name, tag] of [
    ["a", "web"],
    ["b", "web"],
    ["c", "db"],
  ] as const) {
    await openIncident(database, project, { name, tags: [tag], host: "db-03" });
  }
  await planNow(database);
  trial.start();
  await sink.received(1);
  const told = JSON.parse(sink.requests[0]?.body ?? "") as { verdict: string; actions: { label: string }[] };
  expect(told.verdict).toBe("✗ 2 JOBS FAILED · db-03");
  expect(told.actions.map(({ label }) => label)).toEqual(["Acknowledge all 3", "Snooze all 3 for 1 h", "Mute all 3"]);
});
