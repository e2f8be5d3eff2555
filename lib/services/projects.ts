import { KEY_SCOPES, makeDsnKey, makeKey, prefixOf } from "../auth/keys.ts";
import { type MemberRole, parseRole } from "../auth/rules.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import {
  countProjectParts,
  findSealedKey,
  insertKey,
  insertProject,
  listProjectOverviews,
  listProjectRecords,
  lockProject,
} from "../store/projects.ts";
import type { Queryable } from "../store/queryable.ts";
import { hashKey } from "../store/secrets.ts";
import { findUserByEmail } from "../store/users.ts";
import { requireProject, requireSystem } from "./access.ts";
import type { Ctx, Services } from "./context.ts";
import { parseName } from "./input.ts";
import { publishCache } from "./publish.ts";

export type ProjectRow = { id: string; name: string; role: MemberRole; createdAt: Instant };

export type ProjectPage = ProjectRow & {
  /** The numeric id of a DSN. */
  number: number;
  keepDays: number;
  /** Of each job; null: as many as there are. */
  keepRuns: number | null;
  /** When people are first reminded of an incident that is open; null: never. */
  remindAfterMs: Millis | null;
  jobCount: number;
  channelCount: number;
};

/** What the lines to copy are made of. */
export type ProjectSnippets = {
  baseUrl: string;
  /** Null where the project has none any more. */
  pingKey: string | null;
  /** `${baseUrl}/ping/${pingKey}`: add `/<slug>`, `/start`, `/fail`, `?create=1`. */
  pingBase: string | null;
  /** What SDKs of Sentry are given: `<scheme>://<key>@<host>/<number of the project>`. */
  dsn: string;
};

export type NewProject = { id: string; name: string; pingKey: string; dsn: string };

/** The projects of whoever asks, oldest first; the command line sees all. */
export async function listProjects(ctx: Ctx): Promise<ProjectRow[]> {
  const { actor, database } = ctx;
  const projects = await listProjectRecords(database.pool, actor.kind === "user" ? actor.userId : null);
  return projects.map(({ id, name, role, createdAt }) => ({
    id,
    name,
    role: actor.kind === "system" ? "owner" : parseRole(role ?? ""),
    createdAt,
  }));
}

export type ReportedProject = Pick<ProjectRow, "id" | "name"> & {
  /** Keys in clear; null where it has none any more. */
  pingKey: string | null;
  dsn: string | null;
  jobs: number;
  openIncidents: number;
};

/** Every project with its keys, oldest first, for the command line. */
export async function reportProjects(ctx: Ctx, { limit }: { limit: number }): Promise<ReportedProject[]> {
  requireSystem(ctx);
  const { secrets, config } = ctx;
  const projects = await listProjectOverviews(ctx.database.pool, limit);
  return projects.map(({ id, name, number, pingKey, dsnKey, jobCount, openIncidents }) => ({
    ...{ id, name, jobs: jobCount, openIncidents },
    pingKey: pingKey === null ? null : secrets.open(pingKey),
    dsn: dsnKey === null ? null : dsnOf(config.baseUrl, secrets.open(dsnKey), number),
  }));
}

/** @throws AppError `not-found`, also for strangers. */
export async function getProject(ctx: Ctx, input: { projectId: string }): Promise<ProjectPage> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { id, name, role, createdAt, number, keepDays, keepRuns, remindAfterMs } = project;
  const parts = await countProjectParts(ctx.database.pool, id);
  return { id, name, role, createdAt, number, keepDays, keepRuns, remindAfterMs, ...parts };
}

/** Needs role member or more: the keys are in clear. A project of before there were DSNs gets its own here. */
export async function projectSnippets(ctx: Ctx, input: { projectId: string }): Promise<ProjectSnippets> {
  const { id, number } = await requireProject(ctx, input.projectId, "see-ping-key");
  const { pool } = ctx.database;
  const [sealed, sealedDsn] = await Promise.all([findSealedKey(pool, id, "ping"), findSealedKey(pool, id, "dsn")]);
  const { baseUrl } = ctx.config;
  const dsn = dsnOf(baseUrl, sealedDsn === null ? await addDsnKey(ctx, id) : ctx.secrets.open(sealedDsn), number);
  if (sealed === null) return { baseUrl, pingKey: null, pingBase: null, dsn };
  const pingKey = ctx.secrets.open(sealed);
  return { baseUrl, pingKey, pingBase: `${baseUrl}/ping/${pingKey}`, dsn };
}

function dsnOf(baseUrl: string, key: string, number: number): string {
  return `${baseUrl.replace("://", `://${key}@`)}/${number}`;
}

/** Whoever comes second, of two who look at once, takes the key of the first. */
async function addDsnKey(ctx: Ctx, projectId: string): Promise<string> {
  return inTransaction(ctx.database.pool, async (client) => {
    await lockProject(client, projectId);
    const sealed = await findSealedKey(client, projectId, "dsn");
    return sealed === null ? insertSealedKey(ctx, client, { projectId, scope: "dsn" }) : ctx.secrets.open(sealed);
  });
}

/** Makes a project with its keys. `ownerEmail` is for the command line; a person makes projects of his own. */
export async function createProject(ctx: Ctx, input: { name: string; ownerEmail?: string }): Promise<NewProject> {
  const name = parseName(input.name, "name");
  return inTransaction(ctx.database.pool, async (client) => {
    const ownerId = await ownerOf(ctx, client, input.ownerEmail ?? "");
    return insertProjectWithKeys(ctx, client, { name, ownerId });
  });
}

async function ownerOf({ actor }: Ctx, client: Queryable, ownerEmail: string): Promise<string> {
  if (actor.kind === "user") return actor.userId;
  const owner = await findUserByEmail(client, ownerEmail.trim().toLowerCase());
  if (owner !== null) return owner.id;
  throw new AppError(
    "not-found",
    `There is no account with the e-mail address "${ownerEmail}"; make it first: create-user --email ${ownerEmail || "…"} --password …`,
    "owner",
  );
}

/** A project without keys could not be pinged: it gets them with the first breath. */
export async function insertProjectWithKeys(
  services: Services,
  client: Queryable,
  input: { name: string; ownerId: string },
): Promise<NewProject> {
  const { id: projectId, name, number } = await insertProject(client, input);
  const pingKey = await insertSealedKey(services, client, { projectId, scope: "ping" });
  const dsnKey = await insertSealedKey(services, client, { projectId, scope: "dsn" });
  return { id: projectId, name, pingKey, dsn: dsnOf(services.config.baseUrl, dsnKey, number) };
}

/** @returns the key in clear: it is kept so that it can be shown again. */
async function insertSealedKey(
  { secrets }: Services,
  client: Queryable,
  { projectId, scope }: { projectId: string; scope: "ping" | "dsn" },
): Promise<string> {
  const key = scope === "ping" ? makeKey("ping") : makeDsnKey();
  const hash = hashKey(key);
  await insertKey(client, { projectId, scope, hash, prefix: prefixOf(key), encrypted: secrets.seal(key) });
  return key;
}

/** The key is shown this once, except ping keys, which snippets show. */
export async function createKey(
  ctx: Ctx,
  input: { projectId: string; scope: string },
): Promise<{ id: string; key: string; prefix: string }> {
  const project = await requireProject(ctx, input.projectId, "make-keys");
  const scope = KEY_SCOPES.find((known) => known === input.scope);
  if (scope === undefined) {
    throw new AppError(
      "invalid",
      `"${input.scope}" is no scope of a key; use one of ${KEY_SCOPES.join(", ")}.`,
      "scope",
    );
  }
  const key = makeKey(scope);
  const hash = hashKey(key);
  return inTransaction(ctx.database.pool, async (client) => {
    const encrypted = scope === "ping" ? ctx.secrets.seal(key) : null;
    const { id } = await insertKey(client, { projectId: project.id, scope, hash, prefix: prefixOf(key), encrypted });
    await publishCache(client, hash.toString("hex"));
    return { id, key, prefix: prefixOf(key) };
  });
}
