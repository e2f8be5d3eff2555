import { type LeftOut, missingUpstreams } from "../domain/left-out.ts";
import type { JobName } from "./jobs-upstreams.ts";
import type { Queryable } from "./queryable.ts";

/** What a job's code asked for last, as it was sent, with a digest that is null where it asked for nothing. */
export type CodeRecord = { request: object; digest: string | null };

export type AskedOfJob = {
  /** What its code asked for last; null where none did. */
  codeRequest: unknown;
  /** What its first ping asked for and it was made without, until somebody saves its settings. */
  leftOut: readonly LeftOut[];
};

/** One column has either: what code asks for takes the place of what a first ping did. */
export function askedOf(codeRequest: object | null): AskedOfJob {
  if (codeRequest === null || !("leftOut" in codeRequest)) return { codeRequest, leftOut: [] };
  // Only `askedJson` writes it.
  return { codeRequest: null, leftOut: codeRequest.leftOut as readonly LeftOut[] };
}

/** The column of a new job. */
export function askedJson(code: CodeRecord | null, leftOut: AskedOfJob["leftOut"] = []): string | null {
  if (code !== null) return JSON.stringify(code.request);
  return leftOut.length === 0 ? null : JSON.stringify({ leftOut });
}

/** Notes which jobs a new one shall wait for and cannot. @returns all that it was made without. */
export async function noteMissing(
  client: Queryable,
  { jobId, leftOut, missing }: { jobId: string; leftOut: AskedOfJob["leftOut"]; missing: readonly JobName[] },
): Promise<AskedOfJob["leftOut"]> {
  if (missing.length === 0) return leftOut;
  const all = [...leftOut, missingUpstreams(missing)];
  await client.query("UPDATE jobs SET code_request = $2 WHERE id = $1", [jobId, askedJson(null, all)]);
  return all;
}

/** Notes what a job's code asks for now. */
export async function updateCodeRequest(client: Queryable, input: { jobId: string } & CodeRecord): Promise<void> {
  await client.query("UPDATE jobs SET code_request = $2, code_digest = $3 WHERE id = $1", [
    input.jobId,
    JSON.stringify(input.request),
    input.digest,
  ]);
}

/** From now on the job follows what its code asks for. */
export async function markManagedByCode(client: Queryable, jobId: string): Promise<void> {
  await client.query("UPDATE jobs SET managed_by = 'code' WHERE id = $1", [jobId]);
}
