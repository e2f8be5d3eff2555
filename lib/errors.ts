export type AppErrorCode =
  | "invalid" // the input is wrong; `field` may say where
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "unavailable"; // the database or another part is away; try again

/**
 * An expected failure with a sentence for the person who caused it: what is wrong and what would be right.
 * Thrown by services, mapped once per transport. Anything else that is thrown is a bug.
 */
export class AppError extends Error {
  readonly code: AppErrorCode;
  /** Name of the input field it is about. */
  readonly field: string | null;

  constructor(code: AppErrorCode, message: string, field: string | null = null) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.field = field;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
