import { notFound, redirect } from "next/navigation";
import type { ActionResult, FormState } from "../components/base/form-state.ts";
import { AppError, messageOf } from "../lib/errors.ts";
import { InvalidInput } from "../lib/services/input.ts";

/** Digests travel to the error page even in production, where messages do not. */
export const DATABASE_AWAY = "database-away";
export const FORBIDDEN = "forbidden";

/**
 * Runs what a page needs and turns expected failures into pages: what is unknown or belongs to strangers is not found, a
 * database that is away has a page that says so.
 */
export async function load<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return failPage(error);
  }
}

function failPage(error: unknown): never {
  if (isDatabaseAway(error)) throw withDigest(error, DATABASE_AWAY);
  if (!(error instanceof AppError)) throw error;
  if (error.code === "not-found") notFound();
  if (error.code === "unauthenticated") redirect("/sign-in");
  throw error.code === "forbidden" ? withDigest(error, FORBIDDEN) : error;
}

function withDigest(error: unknown, digest: string): Error {
  return Object.assign(new Error(messageOf(error), { cause: error }), { digest });
}

/** Runs a form's verb; null where it went well, else the form as it was sent with what is wrong. */
export async function tryForm<V extends Record<string, unknown>>(
  values: V,
  work: () => Promise<void>,
): Promise<FormState<V> | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const message = sentenceOf(error);
    const fieldErrors = fieldErrorsOf(error);
    return { values, error: Object.keys(fieldErrors).length === 0 ? message : null, fieldErrors };
  }
}

function fieldErrorsOf(error: unknown): Record<string, string> {
  if (error instanceof InvalidInput) {
    return Object.fromEntries(
      error.problems.flatMap(({ field, message }) => (field === null ? [] : [[field, message]])),
    );
  }
  return error instanceof AppError && error.field !== null ? { [error.field]: error.message } : {};
}

/** Runs a button's verb and says in a sentence what became of it. */
export async function tryAction(work: () => Promise<string>): Promise<ActionResult> {
  try {
    return { ok: true, message: await work() };
  } catch (error) {
    return { ok: false, message: sentenceOf(error) };
  }
}

/** @throws what is not an expected failure. */
function sentenceOf(error: unknown): string {
  if (isDatabaseAway(error))
    return "The database cannot be reached just now, so nothing was changed. Try again in a moment.";
  if (error instanceof AppError) return error.message;
  throw error;
}

const AWAY_CODES =
  /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|08\w{3}|57P0[1-3]|53300|P1001|P1002|P1008|P1017|P2024)$/;
const AWAY_WORDS =
  /connection (terminated|timeout|refused)|timeout exceeded when trying to connect|can't reach database/i;

/** Whether the database is away, whoever noticed: our services, pg or Prisma. */
export function isDatabaseAway(error: unknown): boolean {
  for (let depth = 0, current = error; depth < 4 && current instanceof Error; depth += 1, current = current.cause) {
    if (current instanceof AppError) return current.code === "unavailable";
    if ("code" in current && AWAY_CODES.test(String(current.code))) return true;
    if (AWAY_WORDS.test(current.message)) return true;
  }
  return false;
}
