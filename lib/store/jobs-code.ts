import type { CodeRecord } from "./jobs.ts";
import type { Queryable } from "./queryable.ts";

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
