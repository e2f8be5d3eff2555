import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Loop } from "../../lib/checker/loop.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { listHolds, type OpenedIncident, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { startHttpSink, type HttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";

const SOON = 20_000;
const trial = useDispatch();

let sink: HttpSink;
let project: TestProject;
let running: Loop;

beforeEach(async () => {
  sink = await startHttpSink();
  sink.reply(() => ({ status: 200, body: "" }));
  await offsetClock(trial.database(), 0);
  project = await makeProject(trial.database());
  await addChannel(trial.database(), project, { url: `${sink.url}/hook` });
  running = trial.start();
});
afterEach(() => sink.close());

type Told = { event: string; verdict: string; why: string[]; members: { slug: string; event: string }[] };

const told = (): Told[] => sink.requests.map(({ body }) => JSON.parse(body) as Told);
const verdicts = (): string[] => told().map(({ verdict }) => verdict);

async function open(name: string): Promise<OpenedIncident> {
  return openIncident(trial.database(), project, { name, host: "db-03" });
}

/** Plans so long after the beginning, and waits until all that may leave by then is booked. */
async function at(ms: number): Promise<void> {
  await offsetClock(trial.database(), ms);
  await planNow(trial.database());
  running.wake();
  await eventually(async () => {
    const fates = await listFates(trial.database());
    expect(fates.filter(({ state }) => state === "pending" || state === "sending")).toEqual([]);
  }, SOON);
}

/** A job is told alone, another one joins it, and a third one waits for the follow-up. */
async function threeInARow(): Promise<[OpenedIncident, OpenedIncident, OpenedIncident]> {
  const a = await open("a");
  await at(0);
  await offsetClock(trial.database(), SECOND);
  const b = await open("b");
  await at(SECOND);
  await offsetClock(trial.database(), 2 * SECOND);
  const c = await open("c");
  await at(2 * SECOND);
  expect(told()).toHaveLength(2);
  return [a, b, c];
}

describe("a job that waits for a follow-up of its outage", () => {
  test("and is well before that leaves is told of to nobody, neither as failed nor as recovered", async () => {
    const [a, b, c] = await threeInARow();
    await offsetClock(trial.database(), 15 * SECOND);
    await resolveIncident(trial.database(), c);
    await at(62 * SECOND);
    expect(told()).toHaveLength(2);
    expect((await listHolds(trial.database())).filter(({ job }) => job === c.name)).toEqual([
      { job: c.name, event: "opened", hold: "gathering", waits: false },
      { job: c.name, event: "resolved", hold: "gathering", waits: false },
    ]);
    for (const incident of [a, b]) await resolveIncident(trial.database(), incident);
    await at(2 * MINUTE);
    expect(told()).toHaveLength(3);
    expect(verdicts().at(-1)).toMatch(/^✓ ALL 2 RECOVERED after .* · db-03$/);
  });

  test("is told of no more where all of them are well: their end is the only message", async () => {
    const all = await threeInARow();
    await offsetClock(trial.database(), 15 * SECOND);
    for (const incident of all) await resolveIncident(trial.database(), incident);
    await at(62 * SECOND);
    expect(told()).toHaveLength(3);
    expect(told().at(-1)?.event).toBe("resolved");
  });

  test("is told of where it is in trouble still", async () => {
    await threeInARow();
    await at(62 * SECOND);
    expect(told()).toHaveLength(3);
    expect(told().at(-1)).toMatchObject({ event: "changed", members: [{ slug: "c", event: "opened" }] });
  });
});
