import { afterEach, beforeEach, expect, test } from "vitest";
import { shareChannel } from "../../lib/store/channel-sharing.ts";
import { openIncident, planNow } from "../support/alerting.ts";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";

const trial = useDispatch();
const SOON = 20_000;

let sink: HttpSink;
let home: TestProject;
let other: TestProject;
let channelId: string;

beforeEach(async () => {
  sink = await startHttpSink();
  const database = trial.database();
  [home, other] = [await makeProject(database), await makeProject(database)];
  await database.pool.query("UPDATE projects SET name = 'Day shift' WHERE id = $1", [other.id]);
  channelId = await addChannel(database, home, { url: `${sink.url}/hook` });
  await shareChannel(database.pool, channelId, [other.id]);
});
afterEach(() => sink.close());

async function untilStates(...expected: string[]): Promise<void> {
  const states = async () => (await listFates(trial.database())).map(({ state }) => state);
  await eventually(async () => expect(await states()).toEqual(expected), SOON);
}

test("each message names the project that it is of", async () => {
  for (const project of [home, other]) {
    await openIncident(trial.database(), project);
    await planNow(trial.database());
  }
  trial.start();
  await untilStates("sent", "sent");
  const names = sink.requests.map(({ body }) => (JSON.parse(body) as { project: { name: unknown } }).project.name);
  expect(names.toSorted()).toEqual(["Day shift", "Test"]);
});

test("what was planned while the channel stopped serving its project is not sent, and says why", async () => {
  await openIncident(trial.database(), other);
  await planNow(trial.database());
  await trial.database().pool.query("DELETE FROM channel_projects");
  trial.start();
  await untilStates("dropped");
  const [fate] = await listFates(trial.database());
  expect(fate?.lastError).toBe("The channel does not serve this project any more.");
  expect(sink.requests).toEqual([]);
});
