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

export type StormCase = {
  jobs: number;
  projects: number;
  /** Whether most of a project is in trouble, so that it is told as one. */ together: boolean;
};

/** Seconds after the deadline that all jobs share. */
export type StormFigures = {
  /** Alerts that were told. */
  told: number;
  messages: number;
  /** The last verdict is written. */
  sweptAfter: number;
  /** Until the first message that was about each alert, or about the outage that it is of, left. */
  lag: { p50: number; p99: number; worst: number };
  /** Until the last alert was listed by a message that was accepted. */
  listedAfter: number;
  /** Seconds that as many calls take with nothing else to do. */
  bareSends: number;
  /** Microseconds of processor time a job, from the deadline on: ours and PostgreSQL's; null where it is not known. */
  ownCpuUs: number | null;
  postgresCpuUs: number | null;
};

const PREPARE_MS = 25 * SECOND;
const CHUNK = 1_000;
const GIVE_UP_MS = 3 * MINUTE;
/** Jobs that are well, for each that is not, where the ones that are not are no outage. */
const WELL = 1.1;

/** All jobs miss the same deadline: how long until people were told of the last of them for the first time. */
export async function benchStorm(ground: Ground, { jobs, projects, together }: StormCase): Promise<StormFigures> {
  const { database } = ground;
  const sink = await startHttpSink();
  const checker = await ground.run("checker");
  await checker.ask({ do: "open", url: ground.url } satisfies CheckerRequest);
  const clock = await openClock(database.pool);
  const deadline = clock.now() + PREPARE_MS;
  for (let index = 0; index < projects; index += 1) {
    const project = await makeProject(database);
    await addChannel(database, project, { url: `${sink.url}/hook` });
    await makeDueJobs(database, project, { jobs: jobs / projects, deadline, together });
    if (!together) await makeJobsThatAreWell(database, project, { jobs: (jobs / projects) * WELL, deadline });
  }
  if (clock.now() > deadline) console.log("  preparing took longer than planned: the figures are too large");
  await sleep(Math.max(0, deadline - clock.now()));
  const before = [cpuSecondsOf(checker.pid), cpuSecondsOf(ground.postgres)];
  for (const end = Date.now() + GIVE_UP_MS; Date.now() < end && (await countTold(database)) < jobs;) await sleep(250);
  const after = [cpuSecondsOf(checker.pid), cpuSecondsOf(ground.postgres)];
  const [ownCpuUs = null, postgresCpuUs = null] = after.map((seconds, index) => {
    const begun = before[index] ?? null;
    return seconds === null || begun === null ? null : ((seconds - begun) * 1e6) / jobs;
  });
  const messages = sink.requests.length;
  const sends = { do: "send", url: `${sink.url}/bare`, calls: messages } satisfies CheckerRequest;
  const bareSends = await checker.ask<number>(sends);
  const figures = await readFigures(database, deadline);
  await checker.stop();
  await sink.close();
  return { ...figures, told: await countTold(database), messages, bareSends, ownCpuUs, postgresCpuUs };
}

const TOLD = `deliveries d JOIN message_deliveries md ON md.delivery_id = d.id JOIN messages m ON m.id = md.message_id AND m.accepted`;

async function countTold({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ told: number }>(
    "SELECT count(DISTINCT alert_id) AS told FROM deliveries WHERE state = 'sent'",
  );
  return rows[0]?.told ?? 0;
}

type Read = Pick<StormFigures, "sweptAfter" | "lag" | "listedAfter">;

async function readFigures({ pool }: Database, deadline: Instant): Promise<Read> {
  const { rows } = await pool.query<{ p50: number; p99: number; worst: number; listed: number; swept: number }>(
    `WITH listed AS (
       SELECT a.id, coalesce(a.outage_id, a.id) AS trouble, min(m.started_at) AS at FROM alerts a JOIN ${TOLD} ON d.alert_id = a.id
       GROUP BY a.id
     ), first AS (
       SELECT extract(epoch FROM min(at) OVER (PARTITION BY trouble)) * 1000 - $1 AS lag, extract(epoch FROM at) * 1000 - $1 AS own
       FROM listed
     )
     SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY lag)::float8 AS p50, percentile_disc(0.99) WITHIN GROUP (ORDER BY lag)::float8 AS p99,
       max(lag)::float8 AS worst, max(own)::float8 AS listed,
       (SELECT extract(epoch FROM max(created_at)) * 1000 - $1 FROM alerts)::float8 AS swept
     FROM first`,
    [deadline],
  );
  const { p50 = NaN, p99 = NaN, worst = NaN, listed = NaN, swept = NaN } = rows[0] ?? {};
  const lag = { p50: p50 / SECOND, p99: p99 / SECOND, worst: worst / SECOND };
  return { sweptAfter: swept / SECOND, lag, listedAfter: listed / SECOND };
}

/** Jobs without a schedule that are heard of at the deadline. */
async function makeJobsThatAreWell(
  { pool }: Database,
  project: TestProject,
  { jobs, deadline }: { jobs: number; deadline: Instant },
): Promise<void> {
  await pool.query(
    `WITH job AS (
       INSERT INTO jobs (project_id, slug, name, schedule_kind, schedule_since)
       SELECT $1, 'well-' || n, 'Well ' || n, 'none', 'epoch' FROM generate_series(1, $2::int) AS n RETURNING id
     )
     INSERT INTO job_state (job_id, memory, last_ping_at) SELECT id, '{}', to_timestamp($3::float8 / 1000) FROM job`,
    [project.id, Math.ceil(jobs), deadline],
  );
}

/** Jobs of every minute with a minute of grace, heard of once, two minutes before the deadline, from one machine or one each. */
export async function makeDueJobs(
  database: Database,
  project: TestProject,
  { jobs, deadline, together }: { jobs: number; deadline: Instant; together: boolean },
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
        addTransition(
          change,
          applyPing(
            change.state,
            makePing("success", heardAt, { host: together ? "db-03" : job.state.job.id }),
            heardAt,
          ),
        );
        return change;
      });
      await saveTransitions(client, changes, "exact");
    });
  }
}
