import { AppError } from "../errors.ts";

const NAME_MAX = 100;

/** A name people gave, trimmed. @throws AppError `invalid` for that field. */
export function parseName(text: string, field: string): string {
  const name = text.trim();
  if (name === "") throw new AppError("invalid", "Give it a name.", field);
  if (name.length > NAME_MAX) {
    throw new AppError("invalid", `This name has ${name.length} characters; at most ${NAME_MAX} fit.`, field);
  }
  return name;
}

/** A page size within 1 to 500. */
export function parseLimit(limit: number | undefined, fallback = 50): number {
  return Math.min(Math.max(Math.trunc(limit ?? fallback) || fallback, 1), 500);
}
