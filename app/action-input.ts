// Server actions are public addresses: whatever their types say, they can be called with anything at all.

/** The text itself; empty for whatever is none. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The texts of a list; empty for whatever is none. */
export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : [];
}

/** An object's own values by name; none for whatever is no object. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
