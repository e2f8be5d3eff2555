import { AppError, type AppErrorCode } from "../lib/errors.ts";
import { isDatabaseAway } from "./failures.ts";

const STATUS: Readonly<Record<AppErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  unavailable: 503,
};

/**
 * The answer of a route to an expected failure.
 * @throws what is not one.
 */
export function answerFailure(error: unknown): Response {
  if (isDatabaseAway(error)) {
    return Response.json({ error: "The database is away." }, { status: 503, headers: { "retry-after": "3" } });
  }
  if (!(error instanceof AppError)) throw error;
  return Response.json({ error: error.message }, { status: STATUS[error.code] });
}
