/** A job's form: durations and schedule as they are typed, empty for the default. */
export type JobFormValues = {
  name: string;
  slug: string;
  description: string;
  tags: string[];
  schedule: string;
  timeZone: string;
  grace: string;
  maxRuntime: string;
  failuresToOpen: number;
  overlap: string;
  /** Null: every channel of the project, later ones too. */
  channelIds: string[] | null;
};

export type ChannelChoice = { id: string; name: string; kind: string; working: boolean };

export const NEW_JOB: JobFormValues = {
  name: "",
  slug: "",
  description: "",
  tags: [],
  schedule: "",
  timeZone: "UTC",
  grace: "",
  maxRuntime: "",
  failuresToOpen: 1,
  overlap: "alert",
  channelIds: null,
};

/** What the schedule field means, as one types. */
export type PreviewAnswer =
  | { ok: true; kind: "cron" | "interval" | "none"; words: string; next: number[] }
  | { ok: false; error: string; field: "schedule" | "timeZone" };
