/**
 * Why a ping was not taken. `not-found`: no such job, the key (if any) is known; `unknown-key`: nobody's, or expired;
 * `missing-key`: none was sent; `unknown-address`: of mail; `invalid-status`: what happened is none of the words known;
 * `invalid-job`: the job that it asks for makes no sense.
 */
export type UnmatchedReason =
  | "not-found"
  | "unknown-key"
  | "missing-key"
  | "unknown-address"
  | "invalid-url"
  | "invalid-uuid"
  | "invalid-status"
  | "invalid-body"
  | "invalid-job"
  | "too-large"
  | "rate-limited";
