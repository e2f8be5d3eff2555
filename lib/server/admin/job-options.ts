import type { NewJob } from "../../services/job-input.ts";
import type { PolicyInput } from "../../services/policy-input.ts";
import type { Options, OptionSpec } from "./arguments.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** What can be set of a job, besides its slug. */
export const JOB_OPTIONS: readonly OptionSpec[] = [
  { name: "name", required: false, value: "NAME" },
  { name: "environment", required: false, value: "NAME" },
  { name: "tags", required: false, value: "TAG,TAG" },
  { name: "schedule", required: false, value: '"*/5 * * * *"|"every 5s"' },
  { name: "dialect", required: false, value: "auto|vixie|systemd|kubernetes|…" },
  { name: "tz", required: false, value: "ZONE" },
  { name: "grace", required: false, value: "DURATION" },
  { name: "max-runtime", required: false, value: "DURATION" },
  { name: "min-runtime", required: false, value: "DURATION" },
  { name: "jitter", required: false, value: "DURATION" },
  { name: "failures", required: false, value: "N" },
  { name: "failure-window", required: false, value: "N|none" },
  { name: "successes", required: false, value: "N" },
  { name: "overlap", required: false, value: "alert|allow" },
  { name: "unusual", required: false, value: "alert|ignore" },
  { name: "too-often", required: false, value: "alert|ignore" },
  { name: "upstreams", required: false, value: "SLUG,SLUG" },
  { name: "methods", required: false, value: "any|post" },
  { name: "manual-resume", required: false, value: "yes|no" },
  { name: "failure-words", required: false, value: "WORD,WORD" },
  { name: "success-words", required: false, value: "WORD,WORD" },
  { name: "start-words", required: false, value: "WORD,WORD" },
  { name: "words-in", required: false, value: "subject,mail,http" },
  { name: "without-words", required: false, value: "ignore|fail" },
];

/** @throws AppError `invalid` for a word that is neither yes nor no; the rest is checked where jobs are made. */
export function jobOf(options: Options): NewJob {
  return {
    name: options.get("name"),
    environment: options.get("environment"),
    tags: listOf(options.get("tags")),
    schedule: options.get("schedule"),
    dialect: options.get("dialect"),
    timeZone: options.get("tz"),
    grace: options.get("grace"),
    maxRuntime: options.get("max-runtime"),
    minRuntime: options.get("min-runtime"),
    jitter: options.get("jitter"),
    failuresToOpen: numberOf(options.get("failures")),
    failureWindow: windowOf(options.get("failure-window")),
    successesToClose: numberOf(options.get("successes")),
    overlap: options.get("overlap"),
    unusual: options.get("unusual"),
    tooOften: options.get("too-often"),
    upstreams: listOf(options.get("upstreams")),
    pingPolicy: policyOf(options),
  };
}

function policyOf(options: Options): Partial<PolicyInput> {
  return {
    methods: options.get("methods"),
    manualResume: yesOrNo(options.get("manual-resume"), "manual-resume"),
    failureWords: listOf(options.get("failure-words")),
    successWords: listOf(options.get("success-words")),
    startWords: listOf(options.get("start-words")),
    places: listOf(options.get("words-in")),
    otherwise: options.get("without-words"),
  };
}

/** What is no number is told where jobs are made. */
function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** `none`: bad runs in a row. */
function windowOf(text: string | undefined): number | null | undefined {
  return text === "none" ? null : numberOf(text);
}

function listOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
