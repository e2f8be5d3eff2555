import { DatabaseError, type Pool } from "pg";

/** A pool, or one client of it inside a transaction. */
export type Queryable = Pick<Pool, "query">;

/** Milliseconds of a timestamptz as `pg` reads it. */
export function instantOf(value: Date): number;
export function instantOf(value: Date | null): number | null;
export function instantOf(value: Date | null): number | null {
  return value === null ? null : value.getTime();
}

/** Whether a statement failed because that unique index has such a row already. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  return error instanceof DatabaseError && error.code === "23505" && error.constraint === index;
}
