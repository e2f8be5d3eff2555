import { DAY, type Millis } from "../time.ts";

/** What a link in a report changes: one job's grace, on behalf of whom it was sent to. */
export type GraceLink = {
  jobId: string;
  userId: string;
  /** In force when the report was made: if it is not any more, nothing is changed. */
  graceMs: Millis;
  proposedMs: Millis;
};

/** From the report on. */
export const GRACE_LINK_LIFE_MS: Millis = 31 * DAY;

const PURPOSE = "grace";

/** As texts, to be signed. */
export function graceClaims({ jobId, userId, graceMs, proposedMs }: GraceLink): Record<string, string> {
  return { for: PURPOSE, job: jobId, user: userId, was: String(graceMs), is: String(proposedMs) };
}

/** Null for links that do something else. */
export function graceLinkOf(claims: Readonly<Record<string, string>>): GraceLink | null {
  const { job, user, was, is } = claims;
  if (claims.for !== PURPOSE || job === undefined || user === undefined) return null;
  const [graceMs, proposedMs] = [Number(was), Number(is)];
  return Number.isInteger(proposedMs) && proposedMs > 0 ? { jobId: job, userId: user, graceMs, proposedMs } : null;
}
