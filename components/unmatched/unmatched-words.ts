import type { UnmatchedReason } from "../../lib/domain/unmatched.ts";

/** Why pings found no job, and what to do about it. */
export type Words = { why: string; todo: string };

const BY_REASON: Readonly<Record<UnmatchedReason, Words>> = {
  "not-found": {
    why: "There is no such job.",
    todo: "It was deleted, or the address is mistyped: correct it where the ping is sent.",
  },
  "unknown-key": {
    why: "The key is unknown.",
    todo: "Copy the address again from the project's page: the key has expired, was revoked or is mistyped.",
  },
  "missing-key": { why: "No key was sent.", todo: "Use the whole DSN or address as the project's page shows it." },
  "unknown-address": {
    why: "Nothing has this mail address.",
    todo: "Copy it again from the job's page; the part before the @ names the job.",
  },
  "invalid-url": {
    why: "The address has an odd shape.",
    todo: "After the job comes nothing, /start, /fail, /log, /skip or an exit status from 0 to 255; slugs are lower case.",
  },
  "invalid-uuid": {
    why: "The run id is no UUID.",
    todo: "Send ?rid= with a UUID, the same at start and end, or leave it out.",
  },
  "invalid-status": {
    why: "What happened is said in an unknown word.",
    todo: "Look up which states the protocol knows.",
  },
  "invalid-body": {
    why: "The body could not be read.",
    todo: "Send it as the client's documentation says, and not cut off.",
  },
  "invalid-job": {
    why: "It asks for a job that cannot be made.",
    todo: "Correct what is wrong in the address, or make the job without it.",
  },
  "too-large": { why: "It was too large.", todo: "Send less: only the beginning of an output is kept anyway." },
  "rate-limited": {
    why: "Too many came at once.",
    todo: "Something calls in a loop: look for a retry without a pause, or one address used for many jobs.",
  },
};

const NO_SLUG: Words = {
  why: "The key is right, but there is no job with this slug.",
  todo: "Make the job, or correct the slug where the ping is sent.",
};

/** @param slug Of the job that the key's project does not have; null where the ping named no slug. */
export function wordsOf(reason: UnmatchedReason, slug: string | null): Words {
  return reason === "not-found" && slug !== null ? NO_SLUG : BY_REASON[reason];
}
