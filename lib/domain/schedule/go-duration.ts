import { HOUR, MINUTE, SECOND, type Millis } from "../time.ts";

const UNITS = new Map<string, Millis>([
  ["h", HOUR],
  ["m", MINUTE],
  ["s", SECOND],
  ["ms", 1],
  ["us", 1e-3],
  ["ns", 1e-6],
]);

/** Reads a duration as Go writes it: "1h30m", "1.5h", "90s". Null for anything else. */
export function parseGoDuration(text: string): Millis | null {
  const [, sign = "", parts = ""] = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|ns))+|0)$/.exec(text) ?? [];
  if (parts === "") return null;
  let total = 0;
  for (const [, count, unit = ""] of parts.matchAll(/([\d.]+)([a-z]+)/g))
    total += Number(count) * (UNITS.get(unit) ?? 0);
  return sign === "-" ? -total : total;
}
