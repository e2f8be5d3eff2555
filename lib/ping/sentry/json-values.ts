/** What JSON of strangers holds, read without trust. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Null for everything but an object. */
export function parseObject(text: string): JsonObject | null {
  if (!/^\s*\{/.test(text)) return null;
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}

export function objectOf(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, trimmed; a number as its digits. Null for everything else, and for an empty one. */
export function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** A number, also one in a text. Null for everything else. */
export function numberOf(value: unknown): number | null {
  const text = textOf(value);
  if (text === null || !/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}
