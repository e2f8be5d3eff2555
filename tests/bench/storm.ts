import { setTimeout as sleep } from "node:timers/promises";
import { MINUTE, SECOND, type Instant } from "../../lib/domain/time.ts";
import { applyPing } from "../../lib/domain/transition.ts";
import { type Database, inTransaction } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { loadStates } from "../../lib/store/states.ts";
import { addTransition, openChange, saveTransitions } from "../../lib/store/transitions.ts";
import { startHttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";
import { makePing } from "../support/scenario.ts";
import type { CheckerRequest } from "./checker.ts";
import { cpuSecondsOf } from "./cpu.ts";
import type { Ground } from "./ground.ts";

/** Seconds after the deadline that all jobs share. */
export type StormFigures = {
  jobs: number;
  /** The last verdict is written. */
  sweptAfter: number;
  /** Attempts begin to arrive, 99 % have arrived, all have. */
  firstAttempt: number;
  p99Attempt: number;
  lastAttempt: number;
  /** Microseconds of processor time a job, from the deadline on: ours and PostgreSQL's; null where it is not known. */
  ownCpuUs: number | null;
  postgresCpuUs: number | null;
};

const PREPARE_MS = 15 * SECOND;
const CHUNK = 1_000;
const GIVE_UP_MS = 2 * MINUTE;

/** All jobs miss the same deadline: how long until the last of them was told of for the first time. */
export async function benchStorm(ground: Ground, jobs: number): Promise<StormFigures> {
  const { database } = ground;
  const project = await makeProject(database);
  const sink = await startHttpSink();
  await addChannel(database, project, { url: `${sink.url}/hook` });
  const checker = await ground.run("checker");
  await checker.ask({ do: "open", url: ground.url } satisfies CheckerRequest);
  const clock = await openClock(database.pool);
  const deadline = clock.now() + PREPARE_MS;
  await makeDueJobs(database, project, { jobs, deadline });
  if (clock.now() > deadline) console.log("  preparing took longer than planned: the figures are too large");
  await sleep(Math.max(0, deadline - clock.now()));
  const before = [cpuSecondsOf(checker.pid), cpuSecondsOf(ground.postgres)];
  await Promise.race([sink.received(jobs), sleep(GIVE_UP_MS)]);
  const after = [cpuSecondsOf(checker.pid), cpuSecondsOf(ground.postgres)];
  const [ownCpuUs = null, postgresCpuUs = null] = after.map((seconds, index) => {
    const begun = before[index] ?? null;
    return seconds === null || begun === null ? null : ((seconds - begun) * 1e6) / jobs;
  });
  // The sink's clock is this process's; the database runs on the same machine.
  const lags = sink.requests.map(({ at }) => (at - deadline) / SECOND).sort((a, b) => a - b);
  const { rows } = await database.pool.query<{ last: Date }>("SELECT max(created_at) AS last FROM alerts");
  await checker.stop();
  await sink.close();
  return {
    jobs: lags.length,
    sweptAfter: ((rows[0]?.last.getTime() ?? NaN) - deadline) / SECOND,
    firstAttempt: lags[0] ?? NaN,
    p99Attempt: lags[Math.floor(lags.length * 0.99)] ?? NaN,
    lastAttempt: lags.at(-1) ?? NaN,
    ownCpuUs,
    postgresCpuUs,
  };
}

/** Jobs of every minute with a minute of grace, heard of once, two minutes before the deadline. */
export async function makeDueJobs(
  database: Database,
  project: TestProject,
  { jobs, deadline }: { jobs: number; deadline: Instant },
): Promise<void> {
  const { rows } = await database.pool.query<{ id: string }>(
    `WITH job AS (
       INSERT INTO jobs (project_id, slug, name, schedule_kind, schedule_expression, interval_ms, grace_ms, schedule_since)
       SELECT $1, 'storm-' || n, 'Storm ' || n, 'interval', 'every 1 min', 60000, 60000, 'epoch'
       FROM generate_series(1, $2::int) AS n RETURNING id
     )
     INSERT INTO job_state (job_id, memory) SELECT id, '{}' FROM job RETURNING job_id AS id`,
    [project.id, jobs],
  );
  for (let from = 0; from < rows.length; from += CHUNK) {
    const ids = rows.slice(from, from + CHUNK).map((row) => row.id);
    await inTransaction(database.pool, async (client) => {
      const changes = Array.from((await loadStates(client, ids)).values(), (job) => {
        const change = openChange(job);
        const heardAt = deadline - 2 * MINUTE;
        addTransition(change, applyPing(change.state, makePing("success", heardAt), heardAt));
        return change;
      });
      await saveTransitions(client, changes, "exact");
    });
  }
}
