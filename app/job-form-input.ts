import type { JobFormValues } from "../components/jobs/job-form-values.ts";
import { asRecord, asText, asTexts } from "./action-input.ts";

/** A job's form as it was sent: whatever is missing or odd becomes empty, and the service says what is wrong. */
export function parseJobForm(input: unknown): JobFormValues {
  const given = asRecord(input);
  return {
    name: asText(given.name),
    slug: asText(given.slug),
    description: asText(given.description),
    tags: asTexts(given.tags),
    schedule: asText(given.schedule),
    dialect: asText(given.dialect),
    timeZone: asText(given.timeZone),
    grace: asText(given.grace),
    maxRuntime: asText(given.maxRuntime),
    minRuntime: asText(given.minRuntime),
    jitter: asText(given.jitter),
    failuresToOpen: Number(given.failuresToOpen ?? 1),
    overlap: asText(given.overlap),
    unusual: asText(given.unusual),
    channelIds: given.channelIds === null || given.channelIds === undefined ? null : asTexts(given.channelIds),
  };
}
