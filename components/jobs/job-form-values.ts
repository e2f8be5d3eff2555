import type { Reading } from "../../lib/domain/schedule/reading.ts";
import type { Millis } from "../../lib/domain/time.ts";

/** How pings are read, beside what their address says. */
export type PolicyValues = {
  methods: string;
  manualResume: boolean;
  failureWords: string[];
  successWords: string[];
  startWords: string[];
  /** Of `subject`, `mail` and `http`. */
  places: string[];
  otherwise: string;
};

/** A job's form: durations and schedule as they are typed, empty for the default. */
export type JobFormValues = {
  name: string;
  slug: string;
  environment: string;
  description: string;
  tags: string[];
  schedule: string;
  /** The scheduler that runs it, or `auto` where nobody knows. */
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
  overlap: string;
  unusual: string;
  tooOften: string;
  /** Slugs, or `environment/slug`. */
  upstreams: string[];
  pingPolicy: PolicyValues;
  /** Null: every channel of the project, later ones too. */
  channelIds: string[] | null;
};

/** What the fields of a schedule hold. */
export type ScheduleInput = Pick<JobFormValues, "schedule" | "dialect" | "timeZone">;

/** A scheduler to choose. */
export type DialectChoice = { name: string; title: string; example: string };

export type ChannelChoice = { id: string; name: string; kind: string; working: boolean };

export const PLAIN_POLICY_VALUES: PolicyValues = {
  methods: "any",
  manualResume: false,
  failureWords: [],
  successWords: [],
  startWords: [],
  places: ["subject", "mail", "http"],
  otherwise: "ignore",
};

export const NEW_JOB: JobFormValues = {
  name: "",
  slug: "",
  environment: "",
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
  upstreams: [],
  pingPolicy: PLAIN_POLICY_VALUES,
  channelIds: null,
};

/** Limits that would suit the job's latest runs; null where those it has do. */
export type SuggestedLimits = { runs: number; graceMs: Millis | null; maxRuntimeMs: Millis | null };

/** What the schedule field means, as one types. */
export type PreviewAnswer =
  | { ok: true; kind: "cron" | "interval" | "none"; reading: Reading }
  | { ok: false; error: string; field: keyof ScheduleInput };
