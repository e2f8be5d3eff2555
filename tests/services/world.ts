import { hashPassword } from "../../lib/auth/password.ts";
import { readConfig, type Config } from "../../lib/config.ts";
import { createLinkSigner } from "../../lib/delivery/signed-link.ts";
import type { Ping } from "../../lib/domain/ping.ts";
import type { Transition } from "../../lib/domain/state.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { applyDeadline, applyPing } from "../../lib/domain/transition.ts";
import { createLog } from "../../lib/log.ts";
import type { Ctx, Services } from "../../lib/services/context.ts";
import { createProject } from "../../lib/services/projects.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { openClock } from "../../lib/store/clock.ts";
import { uuidv7 } from "../../lib/store/ids.ts";
import { pingStatements } from "../../lib/store/pings.ts";
import { runAll } from "../../lib/store/pipeline.ts";
import { checkSecretKey, createSecretBox } from "../../lib/store/secrets.ts";
import { loadStates, type LoadedJob } from "../../lib/store/states.ts";
import { addTransition, openChange, saveTransitions } from "../../lib/store/transitions.ts";
import { insertUser } from "../../lib/store/users.ts";
import { planNow } from "../support/alerting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export const PASSWORD = "correct horse battery";

/** That of everybody here. Once a file: hashing is made to be slow. */
let passwordHash: Promise<string> | null = null;

const SECRET_KEY = "a secret key of tests, long enough";

/** An installation with a project and the three people of every access test. */
export type World = {
  database: TestDatabase;
  services: Services;
  system: Ctx;
  owner: Ctx;
  /** A viewer of the project. */
  teammate: Ctx;
  /** Has an account and a project of his own, and nothing to do with this one. */
  stranger: Ctx;
  project: { id: string; name: string; pingKey: string };
};

export async function openServices(
  config: Partial<Config> = {},
): Promise<{ database: TestDatabase; services: Services }> {
  const database = await createTestDatabase();
  const secrets = createSecretBox(SECRET_KEY);
  await checkSecretKey(database.pool, secrets);
  const services = {
    database,
    secrets,
    links: createLinkSigner(SECRET_KEY),
    config: { ...readConfig({}), secretKey: SECRET_KEY, ...config },
    clock: await openClock(database.pool),
    log: createLog("silent"),
  };
  return { database, services };
}

export async function openWorld(config: Partial<Config> = {}): Promise<World> {
  const { database, services } = await openServices(config);
  const system: Ctx = { ...services, actor: { kind: "system" } };
  const person = async (name: string, operator: boolean): Promise<Ctx> => {
    passwordHash ??= hashPassword(PASSWORD);
    const account = { email: `${name}@example.org`, name, passwordHash: await passwordHash };
    const { id } = await insertUser(database.pool, account);
    return { ...services, actor: { kind: "user", userId: id, operator } };
  };
  const owner = await person("owner", true);
  const teammate = await person("teammate", false);
  const stranger = await person("stranger", false);
  const project = await createProject(owner, { name: "Night shift" });
  await createProject(stranger, { name: "Elsewhere" });
  await addMember(database, project.id, teammate, "viewer");
  return { database, services, system, owner, teammate, stranger, project };
}

/** Makes somebody a member, or gives a member another role. */
export async function addMember(
  database: TestDatabase,
  projectId: string,
  { actor }: Ctx,
  role: string,
): Promise<void> {
  const userId = actor.kind === "user" ? actor.userId : "";
  await database.pool.query(
    `INSERT INTO members (project_id, user_id, role) VALUES ($1, $2, $3)
     ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role`,
    [projectId, userId, role],
  );
}

export type BookedPing = Partial<Omit<Ping, "hasBody">> &
  Pick<Ping, "action"> & { body?: string | Buffer; sent?: number; message?: string };

/** Books a ping as the ping path does, under the job's lock, with its row and its body; and plans whatever is to be told. */
export async function book(
  { services }: Pick<World, "services">,
  jobId: string,
  given: BookedPing,
): Promise<Transition> {
  const { body: output, sent, message = null, ...fields } = given;
  const body = output === undefined ? null : Buffer.from(output);
  const receivedAt = fields.receivedAt ?? services.clock.now();
  const ping: Ping = {
    ...{ id: uuidv7(receivedAt), receivedAt, exitCode: null, runId: null, at: null, durationMs: null, host: null },
    ...{ source: "192.0.2.1", bodyDigest: uuidv7(receivedAt), ...fields, hasBody: body !== null },
  };
  const transition = await evaluate(
    services,
    jobId,
    ({ state }) => applyPing(state, ping, receivedAt),
    (applied) =>
      pingStatements([
        {
          ...{ ...ping, jobId, body, bodySize: sent ?? body?.length ?? 0, method: "GET", userAgent: "curl/8" },
          ...{ protocol: "native", metrics: null, message },
          ...{ runNumber: applied.pingRunNumber, disposition: applied.disposition ?? "applied" },
        },
      ]),
  );
  await planNow(services.database);
  return transition;
}

/** Settles every deadline before `now`, as the sweep does. */
export async function sweepJob(
  { services }: Pick<World, "services">,
  jobId: string,
  now: Instant,
): Promise<Transition> {
  return evaluate(services, jobId, ({ state }) => applyDeadline(state, now));
}

async function evaluate(
  { database }: Services,
  jobId: string,
  apply: (job: LoadedJob) => Transition,
  also: (transition: Transition) => ReturnType<typeof pingStatements> = () => [],
): Promise<Transition> {
  return inTransaction(database.pool, async (client) => {
    const job = (await loadStates(client, [jobId])).get(jobId);
    if (job === undefined) throw new Error(`There is no job ${jobId}.`);
    const change = openChange(job);
    const transition = apply(job);
    addTransition(change, transition);
    const statements = also(transition);
    change.pings = statements.length > 0 ? 1 : 0;
    await runAll(client, statements);
    await saveTransitions(client, [change], "exact");
    return transition;
  });
}
