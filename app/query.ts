/** What stands behind the question mark of a page's address. */
export type Query = Record<string, string | string[] | undefined>;

/** A whole number from a query; null for anything else. */
export function readNumber(value: string | string[] | undefined): number | null {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** A single text from a query; null where it is absent, empty or repeated. */
export function readText(value: string | string[] | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
