import { clip } from "./message-text.ts";
import { joined } from "./schedule/word-list.ts";

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
  schedule: "The schedule was",
  grace: "The grace time was",
  maxRuntime: "The longest run time was",
  jitter: "The jitter was",
  failuresToOpen: "The number of bad runs until people are told was",
  successesToClose: "The number of good runs until all is well was",
  tags: "The tags were",
  upstreams: "Jobs that it shall wait for were",
};

/** In one line what was left out, and why. */
export function leftOutSentence({ field, problem }: LeftOut): string {
  return `${SUBJECTS[field]} left out: ${problem}`;
}

const LONGEST_LIST = 200;

/** Of jobs that a job shall wait for and that its project does not have. */
export function missingUpstreams(names: readonly { environment: string; slug: string }[]): LeftOut {
  const texts = new Set(names.map(({ environment, slug }) => `${environment}/${slug}`));
  const asked = clip(joined([...texts]), LONGEST_LIST);
  return {
    field: "upstreams",
    asked,
    problem: `The project has no ${asked}. Make what is missing, then choose it in the form.`,
  };
}
