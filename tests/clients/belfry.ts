import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Program } from "../support/program.ts";

export type ClientRun = {
  outcome: string;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  exitCode: number | null;
  slotAt: string | null;
};

/** A job as its clients made or used it. Limits in milliseconds; `graceMs` null where nobody asked for one. */
export type ClientJob = {
  id: string;
  slug: string;
  name: string;
  environment: string;
  /** The cron expression, or the interval as it was asked for; empty without one. */
  schedule: string;
  intervalMs: number | null;
  timeZone: string;
  graceMs: number | null;
  maxRuntimeMs: number | null;
  failuresToOpen: number;
  successesToClose: number;
  managedBy: string;
};

type Created = { id: string; pingKey: string; pingUrl: string; dsn: string };

const COLUMNS = `id, slug, name, environment, schedule_expression AS schedule, interval_ms::float8 AS "intervalMs",
  time_zone AS "timeZone", grace_ms::float8 AS "graceMs", max_runtime_ms::float8 AS "maxRuntimeMs",
  failures_to_open AS "failuresToOpen", successes_to_close AS "successesToClose", managed_by AS "managedBy"`;

/** The real program without its pages, with one project, for clients that know nothing but addresses. */
export class Belfry {
  readonly program;
  readonly pingKey: string;
  /** What people copy into their code: `http://<32 hex>@<host>:<port>/<number>`. */
  readonly dsn: string;
  readonly #projectId: string;

  private constructor(program: Program, project: Created) {
    this.program = program;
    this.#projectId = project.id;
    this.pingKey = project.pingKey;
    this.dsn = project.dsn;
  }

  static async start(): Promise<Belfry> {
    const program = await Program.start({ env: { BELFRY_ROLES: "pings,sweep,deliver", LOG_LEVEL: "warn" } });
    await program.admin("create-user", "--email", "owner@example.org", "--password", "correct horse battery");
    const project = await program.admin<Created>("create-project", "--name", "Clients", "--owner", "owner@example.org");
    return new Belfry(program, project);
  }

  get url(): string {
    return this.program.url;
  }

  createJob(slug: string, ...options: string[]): Promise<Created> {
    return this.program.admin("create-job", "--project", this.#projectId, "--slug", slug, ...options);
  }

  /** A job by the name that its client gave it. */
  async job(name: string, environment = "production"): Promise<ClientJob> {
    const [job] = await this.program.query<ClientJob>(
      `SELECT ${COLUMNS} FROM jobs WHERE name = $1 AND environment = $2`,
      [name, environment],
    );
    if (job === undefined) throw new Error(`no job "${name}" in ${environment}`);
    return job;
  }

  /** What the command line tells of a job. */
  async report(name: string, environment?: string): Promise<{ nextExpectedAt: string | null; runs: ClientRun[] }> {
    const { id } = await this.job(name, environment);
    return this.program.admin("job", "--id", id);
  }

  /** Every execution of a job, the oldest first; verdicts about slots in which nothing ran are left out. */
  async runs(name: string, environment?: string): Promise<ClientRun[]> {
    const { runs } = await this.report(name, environment);
    return runs.filter((run) => run.startedAt !== null).toReversed();
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}

export type Ended = { code: number; stdout: string; stderr: string };

/** Runs a program to its end, whatever that is; one that is not over after a minute is killed. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string> } = {},
): Promise<Ended> {
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    ...options.env,
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, [...args], {
      env,
      timeout: 60_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = "", stderr = String(error) } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : -1, stdout, stderr };
  }
}

/** Runs one of the scripts beside this file, which use their client as its documentation says. @returns what it printed */
export async function runClient(
  script: string,
  env: Record<string, string>,
  ...nodeOptions: string[]
): Promise<string> {
  const args = [...nodeOptions, join(import.meta.dirname, script)];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, { env });
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${stderr}`);
  return stdout;
}
