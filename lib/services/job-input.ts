import { spellDuration } from "../domain/duration.ts";
import type { PingPolicy } from "../domain/ping-policy.ts";
import type { Dialect, OverlapPolicy, ScheduleSpec, UnusualPolicy } from "../domain/job.ts";
import { DIALECT_NAMES, isDialect } from "../domain/schedule/dialect-names.ts";
import { guessSlug } from "../domain/slug.ts";
import { formatScheduleText, parseScheduleText, ScheduleError } from "../domain/schedule.ts";
import type { Millis } from "../domain/time.ts";
import { getZone } from "../domain/zone.ts";
import { AppError } from "../errors.ts";
import type { JobRecord, JobSettings } from "../store/jobs.ts";
import { given, parseAll, parseName, typedLine, typedLines, typedText } from "./input.ts";
import { parseLimits } from "./limit-input.ts";
import { parseUpstreams } from "./job-upstreams.ts";
import { parsePolicy, type PolicyInput } from "./policy-input.ts";

/** A job as its form shows it: durations and schedule as text, empty for "the default" or "none". */
export type JobForm = {
  name: string;
  slug: string;
  environment: string;
  description: string;
  tags: string[];
  /** `30 4 * * *`, `every 90 min`, or empty. */
  schedule: string;
  /** Which scheduler runs it, or `auto` where that is not known. */
  dialect: string;
  timeZone: string;
  grace: string;
  maxRuntime: string;
  minRuntime: string;
  jitter: string;
  failuresToOpen: number;
  /** Null: bad runs in a row. */
  failureWindow: number | null;
  successesToClose: number;
  overlap: OverlapPolicy;
  unusual: UnusualPolicy;
  tooOften: UnusualPolicy;
  /** Null: every channel of the project, later ones too. */
  channelIds: string[] | null;
  /** Jobs without which it cannot do its work: slugs, or `environment/slug`. */
  upstreams: string[];
  /** Null: pings are read as they come. */
  pingPolicy: PingPolicy | null;
};

/** What may be given of a job; `name` or `slug` is needed, each defaults to the other. What is text here is checked. */
export type NewJob = Partial<Omit<JobForm, Checked>> & {
  overlap?: string;
  unusual?: string;
  tooOften?: string;
  /** What is not given of it stays, or is as plain as it can be. */
  pingPolicy?: Partial<PolicyInput> | null;
};

/** Where nobody names one. */
export const DEFAULT_ENVIRONMENT = "production";
const ENVIRONMENT_MAX = 64;

const EMPTY_FORM: JobForm = {
  name: "",
  slug: "",
  environment: DEFAULT_ENVIRONMENT,
  description: "",
  tags: [],
  schedule: "",
  dialect: "auto",
  timeZone: "UTC",
  grace: "",
  maxRuntime: "",
  minRuntime: "",
  jitter: "",
  failuresToOpen: 1,
  failureWindow: null,
  successesToClose: 1,
  overlap: "alert",
  unusual: "ignore",
  tooOften: "alert",
  channelIds: null,
  upstreams: [],
  pingPolicy: null,
};

const SLUG = /^[a-z0-9_-]{1,128}$/;
/** As long as a slug, which may have to do for it. */
const NAME_MAX = 128;
const MOST_TAGS = 20;
const TAG_MAX = 50;
const DESCRIPTION_MAX = 5_000;

/** What is written of a form: `upstreams` are looked up where they are written. */
export type ParsedJob = { settings: JobSettings; channelIds: string[] | null; upstreams: string[] };

/** The settings of a new job. @throws AppError `invalid`: names every field that is wrong. */
export function parseNewJob(input: NewJob): ParsedJob {
  return parseForm({ ...EMPTY_FORM, ...given(input) });
}

/** The settings of a job after an edit: what is not given stays. */
export function parseJobEdit(current: JobForm, input: NewJob): ParsedJob {
  const pingPolicy = input.pingPolicy && { ...current.pingPolicy, ...given(input.pingPolicy) };
  return parseForm({ ...current, ...given({ ...input, pingPolicy }) });
}

/** What a job's form names of other things, in texts of the form. */
export type FormLinks = { channelIds: readonly string[]; upstreams: readonly string[] };

/** A job as its form shows it. */
export function formOf(job: JobRecord, { channelIds, upstreams }: FormLinks): JobForm {
  const { name, slug, environment, description, tags, schedule, limits, pingPolicy } = job;
  return {
    ...{ name, slug, environment, description, tags, pingPolicy },
    schedule: job.scheduleText === "" ? formatScheduleText(schedule) : job.scheduleText,
    dialect: schedule.kind === "cron" ? schedule.dialect : "auto",
    timeZone: schedule.kind === "cron" ? schedule.timeZone : "UTC",
    grace: durationText(limits.graceMs),
    maxRuntime: durationText(limits.maxRuntimeMs),
    minRuntime: durationText(limits.minRuntimeMs),
    jitter: durationText(limits.jitterMs === 0 ? null : limits.jitterMs),
    failuresToOpen: limits.failuresToOpen,
    failureWindow: limits.failureWindow,
    successesToClose: limits.successesToClose,
    overlap: limits.overlap,
    unusual: limits.unusual,
    tooOften: limits.tooOften,
    channelIds: job.allChannels ? null : [...channelIds],
    upstreams: [...upstreams],
  };
}

function durationText(ms: Millis | null): string {
  return ms === null ? "" : spellDuration(ms);
}

type Checked = "overlap" | "unusual" | "tooOften" | "pingPolicy";

type Texts = Omit<JobForm, Checked> & Pick<NewJob, Checked>;

function parseForm(form: Texts): ParsedJob {
  const { upstreams, ...parsed } = parseAll({
    slug: () => parseSlug(form),
    name: () => parseName(form.name.trim() || form.slug, "name", NAME_MAX),
    environment: () => parseEnvironment(form.environment),
    description: () => parseDescription(form.description),
    tags: () => parseTags(form.tags),
    schedule: () => parseSchedule(form),
    limits: () => parseLimits(form),
    pingPolicy: () => parsePolicy(form.pingPolicy ?? null),
    upstreams: () => parseUpstreams(form.upstreams),
  });
  const { schedule } = parsed;
  const scheduleText = schedule.kind === "cron" ? schedule.expression : form.schedule.trim();
  return {
    settings: { ...parsed, scheduleText, allChannels: form.channelIds === null },
    channelIds: form.channelIds,
    upstreams,
  };
}

function parseSlug({ name, slug: typed }: Texts): string {
  const slug = typed.trim() || guessSlug(name);
  if (slug === "") throw new AppError("invalid", "Give it a slug, like nightly-backup.", "slug");
  if (SLUG.test(slug)) return slug;
  const example = guessSlug(slug) || "nightly-backup";
  throw new AppError(
    "invalid",
    `The slug "${slug.slice(0, 140)}" cannot stand in an address: use at most 128 lower-case letters, digits, - and _, like ${example}.`,
    "slug",
  );
}

function parseEnvironment(typed: string): string {
  const environment = typedLine(typed) || DEFAULT_ENVIRONMENT;
  if (environment.length <= ENVIRONMENT_MAX && /^[^\s/]+$/.test(environment)) return environment;
  throw new AppError(
    "invalid",
    `"${environment.slice(0, 80)}" cannot be the name of an environment: one word of at most ${ENVIRONMENT_MAX} characters, like staging.`,
    "environment",
  );
}

function parseDescription(text: string): string {
  const description = typedText(text);
  if (description.length <= DESCRIPTION_MAX) return description;
  throw new AppError("invalid", `The description has more than ${DESCRIPTION_MAX} characters.`, "description");
}

function parseTags(typed: readonly string[]): string[] {
  const tags = typedLines(typed);
  const long = tags.find((tag) => tag.length > TAG_MAX || /[\s,]/.test(tag));
  if (long !== undefined) {
    throw new AppError(
      "invalid",
      `The tag "${long}" cannot be used: one word of at most ${TAG_MAX} characters.`,
      "tags",
    );
  }
  if (tags.length > MOST_TAGS) throw new AppError("invalid", `At most ${MOST_TAGS} tags fit.`, "tags");
  return tags;
}

export type ScheduleTexts = Pick<JobForm, "schedule" | "dialect" | "timeZone">;

/** The schedule that the texts mean. @throws AppError `invalid` with field schedule, dialect or timeZone. */
export function parseSchedule({ schedule, dialect: typed, timeZone }: ScheduleTexts): ScheduleSpec {
  const dialect = parseDialect(typed);
  try {
    const zone = getZone(timeZone.trim() || "UTC").name;
    return parseScheduleText(schedule, zone, dialect);
  } catch (error) {
    if (error instanceof ScheduleError) throw new AppError("invalid", error.message, error.field);
    throw error;
  }
}

function parseDialect(text: string): Dialect {
  const dialect = text.trim().toLowerCase() || "auto";
  if (isDialect(dialect)) return dialect;
  const names = ["auto", ...DIALECT_NAMES].join(", ");
  throw new AppError("invalid", `Belfry knows no dialect "${text.slice(0, 40)}"; use one of ${names}.`, "dialect");
}
