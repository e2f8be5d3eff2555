/** What the pings of a job may ask of it besides its names. The schedule comes with its scheduler and zone. */
export type AskedField =
  | "schedule"
  | "grace"
  | "maxRuntime"
  | "jitter"
  | "failuresToOpen"
  | "successesToClose"
  | "tags"
  | "upstreams";

/** What a job was made without, as it makes no sense. `asked`: as it was sent; `problem`: a sentence that says why. */
export type LeftOut = { field: AskedField; asked: string; problem: string };

const SUBJECTS: Readonly<Record<AskedField, string>> = {
  schedule: "schedule was",
  grace: "grace time was",
  maxRuntime: "longest run time was",
  jitter: "jitter was",
  failuresToOpen: "number of bad runs until people are told was",
  successesToClose: "number of good runs until all is well was",
  tags: "tags were",
  upstreams: "jobs that it waits for were",
};

/** In one line what was left out, and why. */
export function leftOutSentence({ field, problem }: LeftOut): string {
  return `The ${SUBJECTS[field]} left out: ${problem}`;
}
