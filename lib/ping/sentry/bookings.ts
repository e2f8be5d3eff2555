import type { Instant } from "../../domain/time.ts";
import type { Verdict } from "../buffer.ts";
import type { PingEvent } from "../event.ts";
import type { Intake, Located } from "../intake.ts";
import { type Client, NO_BODY } from "../ticket.ts";
import { type CheckInFault, readCheckIn } from "./check-in.ts";
import type { JsonObject } from "./json-values.ts";

/** What is known of a request besides its check-ins. */
export type Visit = { key: string; receivedAt: Instant; client: Client; url: string };

/** What became of a request's check-ins together; with `refused`, why the first of them was. */
export type Outcome = { kind: "booked" } | { kind: "unavailable" } | { kind: "unknown-key" } | Refused;
type Refused = { kind: "refused"; detail: string };

type Result = Outcome["kind"];

/**
 * Books check-ins in the order in which they stand, and ends when all of them are committed. One that cannot be booked is
 * kept for people to look at, and keeps none of the others from it. Null: a text that is no check-in.
 */
export async function bookCheckIns(
  intake: Intake,
  visit: Visit,
  checkIns: readonly (JsonObject | null)[],
): Promise<Outcome> {
  const refused: Refused[] = [];
  const under: Promise<Result>[] = [];
  for (const checkIn of checkIns) {
    const event = checkIn === null ? NO_JSON : readCheckIn(checkIn, visit.key);
    if (event.kind === "fault") {
      turnAway(intake, visit, { ...event, known: false });
      refused.push({ kind: "refused", detail: event.detail });
      continue;
    }
    // One after the other: the first may make the job of the next.
    const located = await locate(intake, event);
    if (located.kind === "invalid") refused.push({ kind: "refused", detail: located.message });
    if (located.kind === "missing" || located.kind === "invalid") turnAwayEvent(intake, visit, event, located);
    under.push(located.kind === "job" ? book(intake, visit, event, located.jobId) : Promise.resolve(resultOf(located)));
  }
  const results = new Set(await Promise.all(under));
  // What is sent again because of one is known again for the others.
  if (results.has("unavailable")) return { kind: "unavailable" };
  if (results.has("booked")) return { kind: "booked" };
  if (results.has("unknown-key")) return { kind: "unknown-key" };
  return refused[0] ?? { kind: "booked" };
}

const NO_JSON: CheckInFault = {
  kind: "fault",
  reason: "invalid-body",
  detail: "The check-in is no JSON object.",
  address: null,
};

function locate(intake: Intake, event: PingEvent): Promise<Located> {
  return new Promise((resolve) => intake.locate(event, resolve));
}

function resultOf({ kind }: Located): Result {
  if (kind === "unavailable") return "unavailable";
  return kind === "missing" ? "unknown-key" : "refused";
}

async function book(intake: Intake, visit: Visit, event: PingEvent, jobId: string): Promise<Result> {
  const verdict = await put(intake, visit, event, jobId);
  if (verdict !== "unknown-job") return verdict === "stored" ? "booked" : "unavailable";
  // It was deleted a moment ago: code that still checks in makes it anew.
  const located = await locate(intake, event);
  if (located.kind !== "job") return resultOf(located);
  return (await put(intake, visit, event, located.jobId)) === "stored" ? "booked" : "unavailable";
}

function put(intake: Intake, visit: Visit, event: PingEvent, jobId: string): Promise<Verdict> {
  const { receivedAt, client } = visit;
  return new Promise((resolve) => intake.book({ event, jobId, receivedAt, client, body: NO_BODY }, resolve));
}

function turnAwayEvent(
  intake: Intake,
  visit: Visit,
  { address, creation }: PingEvent,
  located: Extract<Located, { kind: "missing" | "invalid" }>,
): void {
  const facts = { address, creation, known: located.kind === "invalid" };
  if (located.kind === "missing") turnAway(intake, visit, { ...facts, reason: located.reason, detail: null });
  else turnAway(intake, visit, { ...facts, reason: "invalid-job", detail: located.message });
}

type Cause = Omit<Parameters<Intake["turnAway"]>[0], "protocol" | "receivedAt" | "client" | "url">;

function turnAway(intake: Intake, { receivedAt, client, url }: Visit, cause: Cause): void {
  const { reason, detail, address, known, creation } = cause;
  intake.turnAway({ protocol: "sentry", receivedAt, client, url, reason, detail, address, known, creation });
}
