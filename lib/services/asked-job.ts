import type { AskedField, LeftOut } from "../domain/left-out.ts";
import { clip } from "../domain/message-text.ts";
import type { NewJobRecord } from "../store/jobs.ts";
import type { JobName } from "../store/jobs-upstreams.ts";
import { type JobNames, type PingRequest, readRequest, textOf } from "./code-request.ts";
import { typedLine } from "./input.ts";
import { jobNameOf } from "./job-upstreams.ts";

const LONGEST_SHOWN = 200;
const LONGEST_PROBLEM = 500;

/**
 * A job as a first ping asks for it. What makes no sense is left out, so that no ping is lost by it, and kept with the reason.
 * @throws AppError `invalid` where the names are wrong.
 */
export function readAskedJob(names: JobNames, asked: PingRequest): NewJobRecord {
  const { settings, upstreams, problems } = readRequest(names, asked);
  const waitsFor = upstreams.map((text) => jobNameOf(text, settings.environment));
  const others = waitsFor.filter((name) => !isSame(name, settings));
  const leftOut = [...problems].map(([field, problem]): LeftOut => ({
    field,
    asked: typedLine(clip(askedText(asked, field), LONGEST_SHOWN)),
    problem: typedLine(clip(problem, LONGEST_PROBLEM)),
  }));
  return {
    settings,
    code: null,
    upstreams: others,
    leftOut: others.length === waitsFor.length ? leftOut : [...leftOut, waitsForItself(settings.slug)],
  };
}

function isSame(a: JobName, b: JobName): boolean {
  return a.slug === b.slug && a.environment === b.environment;
}

function waitsForItself(slug: string): LeftOut {
  return { field: "upstreams", asked: slug, problem: "A job cannot wait for itself." };
}

function askedText(asked: PingRequest, field: AskedField): string {
  if (field !== "schedule" || asked.schedule !== undefined) return textOf(asked, field);
  return [asked.dialect, asked.timeZone].filter((text) => text !== undefined).join(", ");
}

/** Lists as they stand in an address: tags between commas or blanks, jobs between commas. */
export function readLists(given: { tags: string | null; upstreams: string | null }): PingRequest {
  return {
    ...(given.tags === null ? {} : { tags: given.tags.split(/[\s,]+/) }),
    ...(given.upstreams === null ? {} : { upstreams: given.upstreams.split(",") }),
  };
}
