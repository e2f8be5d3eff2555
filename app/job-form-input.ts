import type { JobFormValues } from "../components/jobs/job-form-values.ts";

/** A server action can be called with anything at all: whatever is missing or odd becomes empty, and the service says what is wrong. */
export function parseJobForm(input: unknown): JobFormValues {
  const given: Record<string, unknown> = typeof input === "object" && input !== null ? { ...input } : {};
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);
  return {
    name: text(given.name),
    slug: text(given.slug),
    description: text(given.description),
    tags: texts(given.tags),
    schedule: text(given.schedule),
    timeZone: text(given.timeZone),
    grace: text(given.grace),
    maxRuntime: text(given.maxRuntime),
    failuresToOpen: Number(given.failuresToOpen ?? 1),
    overlap: text(given.overlap),
    channelIds: given.channelIds === null || given.channelIds === undefined ? null : texts(given.channelIds),
  };
}
