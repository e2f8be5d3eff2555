import { afterEach, beforeEach, expect, test } from "vitest";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { addAlert, addIncident, addProject } from "../support/outbox.ts";

const trial = useDispatch();
const SOON = 30_000;

let sink: HttpSink;

beforeEach(async () => {
  sink = await startHttpSink();
});
afterEach(() => sink.close());

/** Alarms of so many jobs over one webhook. */
async function alarms(count: number): Promise<void> {
  const { project, channelIds } = await addProject(trial.database(), [{ url: `${sink.url}/hook` }]);
  for (let index = 0; index < count; index += 1) {
    await addAlert(trial.database(), await addIncident(trial.database(), project), "opened", channelIds);
  }
}

const states = async (): Promise<string[]> => (await listFates(trial.database())).map(({ state }) => state);

test("a dead receiver is asked now and then instead of by every alert; once it is back all leave", async () => {
  await alarms(20);
  sink.reply(() => ({ status: 503 }));
  trial.start();
  await sink.received(5);
  await eventually(async () => {
    const log = (await listFates(trial.database())).flatMap((fate) => fate.log);
    expect(log.length).toBeGreaterThanOrEqual(5);
  }, SOON);
  // Four may be under way together; the first question after that comes after four seconds at the earliest.
  expect(sink.requests.length).toBeLessThanOrEqual(8);
  sink.reply(() => ({ status: 200 }));
  await eventually(async () => expect(new Set(await states())).toEqual(new Set(["sent"])), SOON);
  const tried = (await listFates(trial.database())).map(({ attempts }) => attempts);
  expect(Math.max(...tried)).toBeLessThanOrEqual(3);
});

test("a process that has just begun leaves it alone as well", async () => {
  await alarms(8);
  sink.reply(() => ({ status: 503 }));
  trial.start();
  await eventually(async () => {
    const log = (await listFates(trial.database())).flatMap((fate) => fate.log);
    expect(log.length).toBeGreaterThanOrEqual(5);
  }, SOON);
  await trial.stop();
  const before = sink.requests.length;
  trial.start();
  await eventually(async () => expect(await states()).not.toContain("sending"), SOON);
  expect(sink.requests.length).toBeLessThanOrEqual(before + 1);
  sink.reply(() => ({ status: 200 }));
  await eventually(async () => expect(new Set(await states())).toEqual(new Set(["sent"])), SOON);
});
