import type { PingAddress, Refusal } from "./event.ts";

type PlainReason = "not-found" | "unknown-key" | "missing-key" | "invalid-uuid" | "invalid-url" | "invalid-status";

/** The answers to requests that are no pings: in the words that clients know, and what to do. */
export function refuse(reason: PlainReason, address: PingAddress | null): Refusal {
  const advice = adviceOn(reason, address);
  switch (reason) {
    case "not-found":
    case "unknown-key":
    case "missing-key":
      return { kind: "refusal", status: 404, body: "not found", advice, reason, address };
    case "invalid-uuid":
      return { kind: "refusal", status: 400, body: "invalid uuid format", advice, reason, address };
    case "invalid-url":
    case "invalid-status":
      return { kind: "refusal", status: 400, body: "invalid url format", advice, reason, address };
  }
}

const NO_JOB =
  "there is no job with this id; it was deleted or the id is mistyped, so copy the address again from the job's page";
const NO_SLUG =
  "the ping key is right, but there is no such job; correct the slug (or env=), or add create=1 to make the job";
const NO_KEY =
  "the ping key is unknown; it has expired, was revoked or is mistyped, so copy the address again from the project's page";
const BAD_SHAPE = "write /ping/UUID or /ping/PING-KEY/SLUG; a slug has at most 128 lower-case letters, digits, - and _";
const BAD_ENDING = "after the job comes nothing, /start, /fail, /log, /skip or an exit status from 0 to 255";
const BAD_RUN_ID = "rid= has to be a UUID, the same at start and end; correct it or leave it out";

/** In the words of native addresses: only their clients are told. */
function adviceOn(reason: PlainReason, address: PingAddress | null): string {
  switch (reason) {
    case "not-found":
      return address?.kind === "slug" ? NO_SLUG : NO_JOB;
    case "unknown-key":
    case "missing-key":
      return NO_KEY;
    case "invalid-uuid":
      return BAD_RUN_ID;
    case "invalid-url":
    case "invalid-status":
      return address === null ? BAD_SHAPE : BAD_ENDING;
  }
}
