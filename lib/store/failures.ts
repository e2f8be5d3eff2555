import { DatabaseError } from "pg";

// SQLSTATE classes that are about the rows at hand, so that other rows may well succeed: data exception, constraint
// violation, limit exceeded, and internal errors such as a damaged page.
const ABOUT_ROWS = ["22", "23", "54", "XX"];

/** Whether a statement failed because of what it was given; otherwise the database is away, full or busy. */
export function isAboutRows(error: unknown): boolean {
  // A value that cannot even be written down for PostgreSQL.
  if (error instanceof RangeError) return true;
  return error instanceof DatabaseError && ABOUT_ROWS.some((prefix) => error.code?.startsWith(prefix));
}

/** Whether the same transaction may well succeed at once: a deadlock or a serialization failure. */
export function isTransient(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code?.startsWith("40") ?? false);
}
