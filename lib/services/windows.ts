import {
  nextSpan,
  placeWindows,
  windowAt,
  isEverywhere,
  isInScope,
  type WindowKind,
  type WindowScope,
} from "../domain/alerting/window.ts";
import type { Span } from "../domain/span.ts";
import type { Instant } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import type { Queryable } from "../store/queryable.ts";
import { findUserName } from "../store/users.ts";
import { findJobPlace, findScopeJobs, listScopeChoices, type ScopeJob } from "../store/window-scopes.ts";
import {
  countWindowsLocked,
  deleteWindowRecord,
  findWindowRecord,
  type HeldAlertRecord,
  insertWindowRecord,
  listHeldAlerts,
  listWindowRecords,
  replanHeldAlerts,
  updateWindowRecord,
  type WindowRecord,
} from "../store/windows.ts";
import { isUuid, type ProjectAccess, requireOwned, requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";
import { given } from "./input.ts";
import { publishLive } from "./publish.ts";
import { scopeWarnings } from "./scope-warnings.ts";
import { parseWindow, type WindowForm } from "./window-input.ts";

export type NewWindow = { projectId: string } & Pick<WindowForm, "name" | "kind"> & Partial<WindowForm>;

/**
 * `leftOut`: what of a file could not be taken, in a sentence. `warnings`: sentences about tags and hosts that no job has.
 */
export type SavedWindow = { id: string; leftOut: string | null; warnings: readonly string[] };

const EMPTY: WindowForm = {
  ...{ name: "", kind: "once", timeZone: "UTC", startsAt: "", endsAt: "", days: [], from: "", to: "", outside: false },
  ...{ ics: "", everywhere: true, jobs: [], tags: [], hosts: [] },
};

/** What people made and is not over, and the files of it: all is read whenever alerts are planned. Requests have room of their own. */
const MOST_WINDOWS = 200;
const MOST_FILES = 10;

/** @throws AppError `conflict` where there are too many. */
async function requireRoom(
  client: Queryable,
  projectId: string,
  { kind, added }: { kind: WindowKind; added: number },
): Promise<void> {
  const { count, files } = await countWindowsLocked(client, projectId, "person");
  if (count + added > MOST_WINDOWS) {
    throw new AppError("conflict", `A project has at most ${MOST_WINDOWS} windows; delete one that is not needed.`);
  }
  if (kind === "holidays" && files >= MOST_FILES) {
    throw new AppError("conflict", `A project has at most ${MOST_FILES} calendar files; put the days off into fewer.`);
  }
}

/** @throws AppError `invalid`: names every field that is wrong; `conflict` where there are too many. */
export async function createWindow(ctx: Ctx, { projectId, ...input }: NewWindow): Promise<SavedWindow> {
  const project = await requireProject(ctx, projectId, "change-windows");
  const { jobs = [], tags = [], hosts = [] } = input;
  const everywhere = jobs.length + tags.length + hosts.length === 0;
  const read = parseWindow({ ...EMPTY, everywhere, ...given(input) }, null, ctx.clock.now());
  const createdBy = await nameOf(ctx);
  return inTransaction(ctx.database.pool, async (client) => {
    await requireRoom(client, project.id, { kind: read.times.kind, added: 1 });
    const scope = await scopeOf(client, { projectId: project.id }, read);
    const { name, times, leftOut } = read;
    const window = { projectId: project.id, name, scope, times, enabled: true, source: "person", createdBy } as const;
    const { id } = await insertWindowRecord(client, window);
    await changed(client, project.id);
    return { id, leftOut, warnings: await scopeWarnings(client, [project.id], scope) };
  });
}

/** Changes what is given and leaves the rest. Alerts that wait for its end are looked at again at once. */
export async function updateWindow(
  ctx: Ctx,
  { windowId, enabled, ...input }: { windowId: string; enabled?: boolean } & Partial<WindowForm>,
): Promise<SavedWindow> {
  const window = await requireWindow(ctx, windowId);
  const typed = given(input);
  // Who only switches it on or off leaves it as it is, also where that would not be taken any more.
  const form = { ...formOf(window), ...typed };
  const read = Object.keys(typed).length === 0 ? null : parseWindow(form, window.times, ctx.clock.now());
  return inTransaction(ctx.database.pool, async (client) => {
    const scope = read === null ? window.scope : await scopeOf(client, window, read);
    const { name, times } = read ?? window;
    if (times.kind !== window.times.kind) await requireRoom(client, window.projectId, { kind: times.kind, added: 0 });
    await updateWindowRecord(client, { id: window.id, name, times, scope, enabled: enabled ?? window.enabled });
    await changed(client, window.projectId);
    const warnings = await scopeWarnings(client, [window.projectId], scope);
    return { id: window.id, leftOut: read?.leftOut ?? null, warnings };
  });
}

/** What waits for its end is told now, where it is still wrong. */
export async function deleteWindow(ctx: Ctx, input: { windowId: string }): Promise<{ id: string; projectId: string }> {
  const { id, projectId } = await requireWindow(ctx, input.windowId);
  return inTransaction(ctx.database.pool, async (client) => {
    await deleteWindowRecord(client, id);
    await changed(client, projectId);
    return { id, projectId };
  });
}

async function requireWindow(ctx: Ctx, windowId: string): Promise<WindowRecord & { project: ProjectAccess }> {
  const found = isUuid(windowId) ? await findWindowRecord(ctx.database.pool, windowId) : null;
  const missing = new AppError("not-found", `There is no window with the id "${windowId}".`, "windowId");
  return requireOwned(ctx, found, { action: "change-windows", missing });
}

async function changed(client: Queryable, projectId: string): Promise<void> {
  await replanHeldAlerts(client, projectId);
  await publishLive(client, projectId);
}

async function nameOf({ actor, database }: Ctx): Promise<string | null> {
  return actor.kind === "system" ? "the command line" : findUserName(database.pool, actor.userId);
}

/**
 * Jobs that a window had before stay in its scope when they are deleted: without them it could be the whole project's.
 * @throws AppError `invalid` for a job that the project does not have.
 */
async function scopeOf(
  client: Queryable,
  { projectId, scope }: { projectId: string; scope?: WindowScope },
  { jobs: words, tags, hosts }: Pick<WindowForm, "jobs" | "tags" | "hosts">,
): Promise<WindowScope> {
  const jobs = await findScopeJobs(client, projectId, words);
  const had = words.filter((word) => scope?.jobIds.includes(word));
  const strange = words.find(
    (word) => !had.includes(word) && !jobs.some(({ id, slug }) => id === word || slug === word),
  );
  if (strange === undefined) return { jobIds: [...new Set([...jobs.map(({ id }) => id), ...had])], tags, hosts };
  throw new AppError("invalid", `This project has no job "${strange.slice(0, 60)}"; write its slug.`, "jobs");
}

/** A window as it would be typed; without its file. */
function formOf({ name, times, scope }: WindowRecord): WindowForm {
  const { jobIds: jobs, tags, hosts } = scope;
  const base = { ...EMPTY, name, kind: times.kind, everywhere: isEverywhere(scope), jobs, tags, hosts };
  switch (times.kind) {
    case "once": {
      const [startsAt, endsAt] = [times.startsAt, times.endsAt].map((at) => new Date(at).toISOString());
      return { ...base, startsAt: startsAt ?? "", endsAt: endsAt ?? "" };
    }
    case "weekly":
      return { ...base, ...times.hours, outside: times.outside };
    case "holidays":
      return { ...base, timeZone: times.timeZone };
  }
}

export type WindowRow = Pick<
  WindowRecord,
  "id" | "name" | "times" | "enabled" | "source" | "createdBy" | "createdAt"
> & {
  tags: readonly string[];
  hosts: readonly string[];
  /** Those that it names and that there still are. */
  jobs: ScopeJob[];
  /** For every job of the project. */
  everywhere: boolean;
  /** When it is open next, or is now; null: never again. */
  next: Span | null;
};

export type CalendarPage = {
  /** Those that are open first, then by when they are open next. */
  windows: WindowRow[];
  /** Alerts that wait for the end of a window, at most 200. */
  held: HeldAlertRecord[];
  choices: { slugs: string[]; tags: string[] };
  now: Instant;
};

const MOST_CHOICES = 500;
const MOST_HELD = 200;

/** All windows of a project that are not over, and what they hold back now. */
export async function viewCalendar(ctx: Ctx, input: { projectId: string }): Promise<CalendarPage> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { pool } = ctx.database;
  const now = ctx.clock.now();
  const [windows, held, choices] = await Promise.all([
    listWindowRecords(pool, project.id),
    listHeldAlerts(pool, { projectId: project.id, limit: MOST_HELD }),
    listScopeChoices(pool, { projectId: project.id, limit: MOST_CHOICES }),
  ]);
  const named = await findScopeJobs(pool, project.id, [...new Set(windows.flatMap(({ scope }) => scope.jobIds))]);
  const rows = windows.map(({ id, name, times, enabled, source, createdBy, createdAt, scope }) => ({
    ...{ id, name, times, enabled, source, createdBy, createdAt, tags: scope.tags, hosts: scope.hosts },
    jobs: named.filter((job) => scope.jobIds.includes(job.id)),
    everywhere: isEverywhere(scope),
    next: enabled ? nextSpan(times, now) : null,
  }));
  const order = ({ next }: WindowRow) => next?.start ?? Infinity;
  return { windows: rows.toSorted((a, b) => order(a) - order(b)), held, choices, now };
}

/** What windows mean for a job. */
export type JobWindows = {
  /** The one that it is in, and when its alerts are told again. */
  current: { name: string; until: Instant } | null;
  /** Otherwise the one that comes next within 40 days, of those that come once: all others are nothing new. */
  next: { name: string; start: Instant; end: Instant } | null;
};

/** @param input.at Default: now. @throws AppError `not-found`, also for strangers. */
export async function windowsOfJob(ctx: Ctx, input: { jobId: string; at?: Instant }): Promise<JobWindows> {
  const { pool } = ctx.database;
  const found = isUuid(input.jobId) ? await findJobPlace(pool, input.jobId) : null;
  const missing = new AppError("not-found", `There is no job with the id "${input.jobId}".`, "jobId");
  const job = await requireOwned(ctx, found, { action: "see", missing });
  const at = input.at ?? ctx.clock.now();
  const windows = await listWindowRecords(pool, job.projectId, { enabled: true, over: input.at !== undefined });
  const placed = placeWindows(
    windows.filter(({ createdAt }) => createdAt <= at),
    at,
  );
  const current = windowAt(placed, job, at);
  if (current !== null) return { current: { name: current.window.name, until: current.until }, next: null };
  const [next] = placed
    .filter(({ window }) => window.times.kind === "once" && isInScope(window.scope, job))
    .flatMap(({ window, spans }) => spans.slice(0, 1).map((span) => ({ name: window.name, ...span })))
    .toSorted((a, b) => a.start - b.start);
  return { current: null, next: next ?? null };
}
