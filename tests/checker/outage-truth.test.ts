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

/** The job is in trouble again. */
async function failAgain({ jobId }: OpenedIncident): Promise<OpenedIncident> {
  const { rows } = await trial.database().pool.query<{ id: string }>(REOPEN, [jobId]);
  const [row] = rows;
  if (row === undefined) return expect.unreachable();
  return { id: row.id, jobId, name: "", projectId: project.id };
}

const REOPEN = `WITH incident AS (
    INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
    SELECT gen_random_uuid(), job_id, project_id, max(number) + 1, 'critical', 'failed', 'open', 1, belfry_now()
    FROM incidents WHERE job_id = $1 GROUP BY job_id, project_id RETURNING *
  ), alert AS (
    INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
    SELECT gen_random_uuid(), i.project_id, i.job_id, i.id, 'opened', i.severity, 1, belfry_now(), belfry_now(), a.facts
    FROM incident i JOIN alerts a ON a.job_id = i.job_id AND a.event = 'opened' AND a.sequence = 1 LIMIT 1
  )
  SELECT id FROM incident`;

/** From now on alerts of a job wait for so long. */
async function openWindow({ jobId }: OpenedIncident, ms: number): Promise<void> {
  await trial.database().pool.query(
    `INSERT INTO windows (project_id, name, kind, starts_at, ends_at, scope)
     VALUES ($1, 'Release', 'once', belfry_now() - interval '1 second', belfry_now() + $3 * interval '1 millisecond', jsonb_build_object('jobIds', jsonb_build_array($2::text), 'tags', '[]'::jsonb, 'hosts', '[]'::jsonb))`,
    [project.id, jobId, ms],
  );
}

/** Of four jobs three are well again, so that their end waits for the fourth, and one of the three fails again. */
async function threeWellOneAgain(): Promise<{ all: OpenedIncident[]; again: OpenedIncident }> {
  const all = [await open("a"), await open("b"), await open("c"), await open("d")];
  await at(0);
  const [a, b, c] = all;
  if (a === undefined || b === undefined || c === undefined) return expect.unreachable();
  await offsetClock(trial.database(), MINUTE);
  for (const incident of [a, b, c]) await resolveIncident(trial.database(), incident);
  await at(MINUTE);
  await openWindow(a, 2 * MINUTE);
  await offsetClock(trial.database(), 2 * MINUTE);
  const again = await failAgain(a);
  await at(2 * MINUTE);
  expect(told()).toHaveLength(1);
  return { all, again };
}

describe("a job of an outage that recovers and fails again before its end is told", () => {
  test("is not told as well, and the others are counted without it", async () => {
    const { all, again } = await threeWellOneAgain();
    await at(3 * MINUTE + SECOND);
    expect(told()).toHaveLength(2);
    expect(told().at(-1)).toMatchObject({ event: "opened", verdict: "✗ FAILED (exit 3) · a @ db-03" });
    await at(7 * MINUTE);
    expect(told().at(-1)).toMatchObject({ event: "changed", verdict: "✓ 2 OF 4 RECOVERED · db-03" });
    const d = all[3];
    if (d !== undefined) await resolveIncident(trial.database(), d);
    await at(8 * MINUTE);
    expect(told()).toHaveLength(4);
    expect(told().at(-1)).toMatchObject({
      ...{ event: "resolved", verdict: "✓ 3 OF 4 RECOVERED · db-03" },
      why: ["a is in trouble again.", "✓ RECOVERED: d", "Recovered too, told before: b and c."],
      ...{
        action:
          "Read the output on a's page; then look at what it needs on db-03: a disk, the network, a database, credentials.",
      },
      links: [{ label: "Incident", url: expect.stringMatching(new RegExp(`/incidents/${again.id}$`)) }, {}],
    });
  });

  test("is told as well after all where nobody heard that it failed again", async () => {
    const { all, again } = await threeWellOneAgain();
    await offsetClock(trial.database(), 2.5 * MINUTE);
    await resolveIncident(trial.database(), again);
    for (const incident of all.slice(3)) await resolveIncident(trial.database(), incident);
    await at(3 * MINUTE + SECOND);
    expect(told()).toHaveLength(2);
    expect(told().at(-1)?.verdict).toMatch(/^✓ ALL 4 RECOVERED after/);
    expect(
      told()
        .at(-1)
        ?.members.map(({ slug }) => slug)
        .toSorted(),
    ).toEqual(["a", "b", "c", "d"]);
  });

  test("is told as well where its receiver may never hear that it failed again", async () => {
    const all = [await open("a"), await open("b"), await open("c"), await open("d")];
    await at(0);
    const [a, b, c] = all;
    if (a === undefined || b === undefined || c === undefined) return expect.unreachable();
    await offsetClock(trial.database(), MINUTE);
    for (const incident of [a, b, c]) await resolveIncident(trial.database(), incident);
    await at(MINUTE);
    await trial.database().pool.query(`UPDATE channels SET rules = '{"delayMinutes": 30}'`);
    await offsetClock(trial.database(), 2 * MINUTE);
    const again = await failAgain(a);
    await planNow(trial.database());
    running.wake();
    await eventually(() => expect(told()).toHaveLength(2), SOON);
    expect(told().at(-1)).toMatchObject({ event: "changed", members: [{ slug: "a", event: "resolved" }] });
    await resolveIncident(trial.database(), again);
    await at(33 * MINUTE);
    expect(told().map(({ event }) => event)).toEqual(["opened", "changed", "changed"]);
    expect(
      told()
        .at(-1)
        ?.members.map(({ slug }) => slug),
    ).toEqual(["b", "c"]);
  });

  test("is not counted among those that are well where all others are", async () => {
    const { all } = await threeWellOneAgain();
    for (const incident of all.slice(3)) await resolveIncident(trial.database(), incident);
    await at(2 * MINUTE + SECOND);
    expect(told().at(-1)).toMatchObject({ event: "changed", verdict: "✓ 3 OF 4 RECOVERED · db-03" });
    await at(3 * MINUTE + SECOND);
    expect(told()).toHaveLength(3);
    expect(told().at(-1)?.verdict).toContain("FAILED");
  });
});

test("an outage lasted from its first alarm to its last recovery, as people hear with both times", async () => {
  const [a, b] = [await open("a"), await open("b")];
  await at(0);
  await offsetClock(trial.database(), MINUTE);
  await resolveIncident(trial.database(), a);
  await at(MINUTE);
  await offsetClock(trial.database(), 3 * MINUTE);
  await resolveIncident(trial.database(), b);
  await at(4 * MINUTE);
  expect(told().at(-1)?.verdict).toMatch(/^✓ ALL 2 RECOVERED after 3 min/);
  expect(told().at(-1)?.why[0]).toMatch(/^Down from .* to .* \(UTC\), 3 min/);
});

describe("a job of an outage that is well and not in the list of those that are", () => {
  test("because it failed and recovered once more, and that was told, is named", async () => {
    const [a, b, c] = [await open("a"), await open("b"), await open("c")];
    await at(0);
    await offsetClock(trial.database(), MINUTE);
    await resolveIncident(trial.database(), a);
    await at(MINUTE);
    await offsetClock(trial.database(), 2 * MINUTE);
    const again = await failAgain(a);
    await at(2 * MINUTE);
    await offsetClock(trial.database(), 20 * MINUTE);
    await at(20 * MINUTE);
    await resolveIncident(trial.database(), again);
    await at(21 * MINUTE);
    for (const incident of [b, c]) await resolveIncident(trial.database(), incident);
    await at(22 * MINUTE);
    expect(verdicts().at(-1)).toMatch(/^✓ ALL 3 RECOVERED after/);
    expect(told().at(-1)?.why.slice(1)).toEqual(["✓ RECOVERED (2): b, c", "Recovered too, told before: a."]);
  });

  test("because somebody muted it is named as muted", async () => {
    const [a, b] = [await open("a"), await open("b")];
    await at(0);
    await trial.database().pool.query("UPDATE incidents SET muted_at = belfry_now() WHERE id = $1", [a.id]);
    await offsetClock(trial.database(), MINUTE);
    for (const incident of [a, b]) await resolveIncident(trial.database(), incident);
    await at(2 * MINUTE);
    expect(verdicts().at(-1)).toMatch(/^✓ ALL 2 RECOVERED after/);
    expect(told().at(-1)?.why.slice(1)).toEqual(["✓ RECOVERED: b", "Recovered too, muted: a."]);
  });

  test("because that was told before is named, also where a person ended it", async () => {
    const [a, b] = [await open("a"), await open("b")];
    await at(0);
    await resolveIncident(trial.database(), a, "paused");
    await at(MINUTE);
    await at(6 * MINUTE);
    await resolveIncident(trial.database(), b);
    await at(7 * MINUTE);
    expect(verdicts().at(-1)).toMatch(/^✓ ALL 2 OVER after/);
    expect(told().at(-1)?.why.slice(1)).toEqual(["✓ RECOVERED: b", "Closed too: a."]);
  });
});

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

  test("is told of to nobody either where that was held up on its way", async () => {
    const a = await open("a");
    await at(0);
    await trial.stop();
    await offsetClock(trial.database(), SECOND);
    const [b, c] = [await open("b"), await open("c")];
    await planNow(trial.database());
    await resolveIncident(trial.database(), c);
    await planNow(trial.database());
    running = trial.start();
    await at(2 * SECOND);
    expect(told()).toHaveLength(2);
    expect(told().at(-1)).toMatchObject({ event: "changed", members: [{ slug: "b", event: "opened" }] });
    for (const incident of [a, b]) await resolveIncident(trial.database(), incident);
    await at(MINUTE);
    expect(told()).toHaveLength(3);
    expect(verdicts().at(-1)).toMatch(/^✓ ALL 2 RECOVERED after/);
  });

  test("is told of where it is in trouble still", async () => {
    await threeInARow();
    await at(62 * SECOND);
    expect(told()).toHaveLength(3);
    expect(told().at(-1)).toMatchObject({ event: "changed", members: [{ slug: "c", event: "opened" }] });
  });
});
