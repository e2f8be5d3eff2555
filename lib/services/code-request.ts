import type { Limits } from "../domain/job.ts";
import type { AskedField } from "../domain/left-out.ts";
import type { JobRecord, JobSettings } from "../store/jobs.ts";
import { formOf, type JobForm, type NewJob, type ParsedJob, parseNewJob } from "./job-input.ts";
import { InvalidInput } from "./input.ts";

/** What code asks of its job, besides the job's names: as it was sent. */
export type CodeRequest = Partial<
  Pick<
    JobForm,
    "schedule" | "dialect" | "timeZone" | "grace" | "maxRuntime" | "jitter" | "failuresToOpen" | "successesToClose"
  >
>;

/** What a first ping asks of the job that it makes. */
export type PingRequest = CodeRequest & Partial<Pick<JobForm, "tags" | "upstreams">>;

/** What code can ask for. The schedule comes with its scheduler and zone: one is nothing without the others. */
export type CodeField = Exclude<AskedField, "tags" | "upstreams">;

const LIMITS = {
  grace: "graceMs",
  maxRuntime: "maxRuntimeMs",
  jitter: "jitterMs",
  failuresToOpen: "failuresToOpen",
  successesToClose: "successesToClose",
} as const;

const FIELDS: readonly CodeField[] = [
  "schedule",
  "grace",
  "maxRuntime",
  "jitter",
  "failuresToOpen",
  "successesToClose",
];
const ASKED_FIELDS: readonly AskedField[] = [...FIELDS, "tags", "upstreams"];
const PARTS_OF_SCHEDULE: readonly string[] = ["schedule", "dialect", "timeZone"];

/** Something that code asks for and that is otherwise here, as people read it. */
export type CodeDifference = {
  field: CodeField;
  code: string;
  here: string;
  /** A sentence that says why it cannot be done; null where it can. */
  problem: string | null;
};

export type JobNames = Pick<NewJob, "slug" | "name" | "environment">;

/** A job as its pings ask for it. What makes no sense is left out, with a sentence that says why. */
export type ReadRequest = ParsedJob & { problems: ReadonlyMap<AskedField, string> };

/** @throws AppError `invalid` where the names are wrong. */
export function readRequest(names: JobNames, asked: PingRequest): ReadRequest {
  const problems = new Map<AskedField, string>();
  let request = asked;
  for (;;) {
    try {
      return { ...parseNewJob({ ...names, ...request }), problems };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const before = problems.size;
      for (const { field, message } of error.problems) {
        const wrong = fieldOf(field ?? "");
        if (wrong !== undefined) problems.set(wrong, message);
      }
      if (problems.size === before) throw error;
      request = Object.fromEntries(
        Object.entries(request).filter(([name]) => !problems.has(fieldOf(name) ?? "schedule")),
      );
    }
  }
}

function fieldOf(name: string): AskedField | undefined {
  return PARTS_OF_SCHEDULE.includes(name) ? "schedule" : ASKED_FIELDS.find((field) => field === name);
}

/** What a job's code asked for last; null where none did. */
export function requestOf({ codeRequest }: Pick<JobRecord, "codeRequest">): CodeRequest | null {
  // Only requests of this type are ever stored.
  return codeRequest as CodeRequest | null;
}

/** The settings after code asked anew: it changes what is still as it asked before, and nothing else. */
export function mergeRequest(current: JobSettings, before: JobSettings, asked: JobSettings): JobSettings {
  const own = FIELDS.filter((field) => valueOf(current, field) === valueOf(before, field));
  return take(current, asked, own);
}

/** The settings with all that code asks for and that can be done. */
export function adoptRequest(current: JobSettings, request: CodeRequest): JobSettings {
  const { settings, problems } = readRequest(namesOf(current), request);
  return take(
    current,
    settings,
    askedFields(request).filter((field) => !problems.has(field)),
  );
}

const NO_LINKS = { channelIds: [], upstreams: [] };

/** What code asks for and is otherwise here. */
export function listDifferences(job: JobRecord, request: CodeRequest): CodeDifference[] {
  const { settings, problems } = readRequest(namesOf(job), request);
  const here = formOf(job, NO_LINKS);
  const code = formOf({ ...job, ...settings }, NO_LINKS);
  return askedFields(request)
    .filter((field) => problems.has(field) || valueOf(job, field) !== valueOf(settings, field))
    .map((field) => {
      const problem = problems.get(field) ?? null;
      return { field, code: textOf(problem === null ? code : request, field), here: textOf(here, field), problem };
    });
}

export function namesOf({ slug, environment }: JobSettings): Pick<NewJob, "slug" | "environment"> {
  return { slug, environment };
}

function askedFields(request: CodeRequest): CodeField[] {
  return FIELDS.filter((field) => request[field] !== undefined);
}

/** Only compared for equality. */
function valueOf(settings: JobSettings, field: CodeField): string {
  return JSON.stringify(field === "schedule" ? settings.schedule : settings.limits[LIMITS[field]]);
}

function take(current: JobSettings, from: JobSettings, fields: readonly CodeField[]): JobSettings {
  const { schedule, scheduleText } = fields.includes("schedule") ? from : current;
  const taken = fields.flatMap((field) => (field === "schedule" ? [] : [[LIMITS[field], from.limits[LIMITS[field]]]]));
  const limits: Limits = { ...current.limits, ...Object.fromEntries(taken) };
  // Of fewer runs than have to be bad nothing would ever be told.
  const failureWindow = (limits.failureWindow ?? 0) < limits.failuresToOpen ? null : limits.failureWindow;
  return { ...current, schedule, scheduleText, limits: { ...limits, failureWindow } };
}

const WITHOUT: Readonly<Record<AskedField, string>> = {
  schedule: "no schedule",
  grace: "the default",
  maxRuntime: "no limit",
  jitter: "none",
  failuresToOpen: "1",
  successesToClose: "1",
  tags: "none",
  upstreams: "none",
};

/** A setting as people read it. */
export function textOf(form: PingRequest, field: AskedField): string {
  const given = form[field] ?? "";
  const text = Array.isArray(given) ? given.join(", ") : String(given);
  if (text === "") return WITHOUT[field];
  if (field !== "schedule" || text.startsWith("every ")) return text;
  const dialect = form.dialect === undefined || form.dialect === "auto" ? [] : [form.dialect];
  const notes = [...dialect, form.timeZone ?? "UTC"];
  return `${text} (${notes.join(", ")})`;
}
