import type { JobStatus } from "../../lib/domain/job.ts";
import { type Instant, MINUTE } from "../../lib/domain/time.ts";
import { type JobView, statusAt } from "./job-view.ts";

/** The tiles on top of the list; each is a filter. */
export type TileName = "failing" | "late" | "running" | "soon" | "new";

export const TILES: readonly { name: TileName; label: string; hint: string }[] = [
  { name: "failing", label: "Failing", hint: "An incident is open" },
  { name: "late", label: "Late now", hint: "Overdue, still inside the grace time" },
  { name: "running", label: "Running now", hint: "Started, not ended" },
  { name: "soon", label: "Due in 60 min", hint: "Expected within the next hour" },
  { name: "new", label: "Never pinged", hint: "Waiting for the first ping" },
];

export function isTileName(text: string | null): text is TileName {
  return TILES.some((tile) => tile.name === text);
}

/** Whether a job belongs under a tile at `now`. */
export function onTile(job: JobView, tile: TileName, now: Instant): boolean {
  const status = statusAt(job, now);
  switch (tile) {
    case "failing":
      return status === "down";
    case "late":
      return status === "late";
    case "running":
      return job.running > 0 && status !== "paused";
    case "soon":
      return status !== "paused" && job.nextExpectedAt !== null && isWithinHour(job.nextExpectedAt, now);
    case "new":
      return status === "new";
  }
}

function isWithinHour(at: Instant, now: Instant): boolean {
  return at > now && at <= now + 60 * MINUTE;
}

export type Query = { words: string[]; states: string[]; tags: string[] };

/** Reads the search field: words, `state:late`, `tag:backup`. */
export function parseQuery(text: string): Query {
  const query: Query = { words: [], states: [], tags: [] };
  for (const term of text.toLowerCase().split(/\s+/)) {
    if (term.startsWith("state:")) query.states.push(term.slice("state:".length));
    else if (term.startsWith("tag:")) query.tags.push(term.slice("tag:".length));
    else if (term !== "") query.words.push(term);
  }
  return query;
}

const STATE_WORDS: Readonly<Record<string, JobStatus>> = { failing: "down", pending: "new" };

/** Whether a job matches every term. Words match name, slug, environment, tag and schedule anywhere; a half-typed state or tag its beginning. */
export function matches(job: JobView, query: Query, now: Instant): boolean {
  const status = statusAt(job, now);
  const isState = (state: string) =>
    status.startsWith(STATE_WORDS[state] ?? state) ||
    (job.warning !== null && (state === "warning" || state === job.warning));
  const isTag = (wanted: string) => job.tags.some((tag) => tag.toLowerCase().startsWith(wanted));
  if (query.states.length > 0 && !query.states.some(isState)) return false;
  if (!query.tags.every(isTag)) return false;
  if (query.words.length === 0) return true;
  const text =
    `${job.name} ${job.slug} ${job.environment ?? ""} ${job.tags.join(" ")} ${job.scheduleWords}`.toLowerCase();
  return query.words.every((word) => text.includes(word));
}

/** What needs attention first: 0 is most urgent. Running and ok share a rank, so that rows do not jump when a run begins. */
function urgency(job: JobView, now: Instant): number {
  const status = statusAt(job, now);
  if (status === "down") return 0;
  if (status === "late") return 1;
  if (job.warning !== null && status !== "paused") return 2;
  return status === "unknown" ? 3 : status === "new" ? 4 : status === "paused" ? 6 : 5;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** How urgent each job is, a digit each: as long as this stays the same, so does their order. */
export function ranksOf(jobs: readonly JobView[], now: Instant): string {
  return jobs.map((job) => urgency(job, now)).join("");
}

/** Jobs that need attention first, by their `ranksOf`, then by name. */
export function byAttention(jobs: readonly JobView[], ranks: string): JobView[] {
  return jobs
    .map((job, index) => ({ job, rank: Number(ranks[index]) }))
    .toSorted((a, b) => a.rank - b.rank || collator.compare(a.job.name, b.job.name) || (a.job.id < b.job.id ? -1 : 1))
    .map(({ job }) => job);
}
