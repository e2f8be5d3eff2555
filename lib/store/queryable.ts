import type { Pool } from "pg";

/** A pool, or one client of it inside a transaction. */
export type Queryable = Pick<Pool, "query">;

/** Milliseconds of a timestamptz as `pg` reads it. */
export function instantOf(value: Date): number;
export function instantOf(value: Date | null): number | null;
export function instantOf(value: Date | null): number | null {
  return value === null ? null : value.getTime();
}
