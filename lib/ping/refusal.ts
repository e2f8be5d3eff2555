import type { PingAddress, Refusal } from "./event.ts";

type PlainReason = "not-found" | "unknown-key" | "missing-key" | "invalid-uuid" | "invalid-url" | "invalid-status";

/** The answers to requests that are no pings, in the words that clients know. */
export function refuse(reason: PlainReason, address: PingAddress | null): Refusal {
  switch (reason) {
    case "not-found":
    case "unknown-key":
    case "missing-key":
      return { kind: "refusal", status: 404, body: "not found", reason, address };
    case "invalid-uuid":
      return { kind: "refusal", status: 400, body: "invalid uuid format", reason, address };
    case "invalid-url":
    case "invalid-status":
      return { kind: "refusal", status: 400, body: "invalid url format", reason, address };
  }
}
