import { DAY, HOUR, MINUTE, SECOND, type Millis } from "./time.ts";

const UNITS: readonly { ms: Millis; label: string; spelling: RegExp }[] = [
  { ms: 7 * DAY, label: "w", spelling: /^w(eeks?)?$/ },
  { ms: DAY, label: "d", spelling: /^d(ays?)?$/ },
  { ms: HOUR, label: "h", spelling: /^(h|hrs?|hours?)$/ },
  { ms: MINUTE, label: "min", spelling: /^(m|mins?|minutes?)$/ },
  { ms: SECOND, label: "s", spelling: /^(s|secs?|seconds?)$/ },
  { ms: 1, label: "ms", spelling: /^ms$/ },
];

/**
 * Reads a length of time such as `90s`, `5m`, `2h`, `1d`, `1h30m`, `90 min` or `2 hours`: whole numbers with units, the
 * longest unit first, each once. Null for anything else.
 */
export function parseDuration(text: string): Millis | null {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.length > 64 || !/^(\d{1,12} *[a-z]+ *)+$/.test(trimmed)) return null;
  let total = 0;
  let previous = Infinity;
  for (const [, digits, word = ""] of trimmed.matchAll(/(\d+) *([a-z]+)/g)) {
    const unit = UNITS.find(({ spelling }) => spelling.test(word));
    if (unit === undefined || unit.ms >= previous) return null;
    total += Number(digits) * unit.ms;
    previous = unit.ms;
  }
  return Number.isSafeInteger(total) ? total : null;
}

const SPELLED: readonly (readonly [unit: string, size: Millis])[] = [
  ["d", DAY],
  ["h", HOUR],
  ["m", MINUTE],
  ["s", SECOND],
  ["ms", 1],
];

/** A length of time in whole milliseconds as people type it, such as `1h30m`: what `parseDuration` reads as the same. */
export function spellDuration(durationMs: Millis): string {
  if (durationMs === 0) return "0s";
  let rest = durationMs;
  return SPELLED.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  }).join("");
}

/** A length of time in words, its two longest units: "4 min 10 s", "1 d 3 h"; below a minute "59 s", "1.9 s", "350 ms". */
export function formatDuration(durationMs: Millis): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  const whole = Math.round(durationMs);
  if (whole === 0) return "0 s";
  const units = UNITS.slice(1);
  const index = units.findIndex(({ ms }) => whole >= ms);
  const longest = units[index];
  const shorter = units[index + 1];
  if (longest === undefined || shorter === undefined) return `${whole} ms`;
  if (longest.ms === SECOND) return formatSeconds(whole);
  const rounded = Math.round(whole / shorter.ms) * shorter.ms;
  if (rounded !== whole) return formatDuration(rounded);
  const rest = (whole % longest.ms) / shorter.ms;
  const start = `${Math.floor(whole / longest.ms)} ${longest.label}`;
  return rest === 0 ? start : `${start} ${rest} ${shorter.label}`;
}

function formatSeconds(durationMs: Millis): string {
  const tenths = Math.round(durationMs / 100) / 10;
  const seconds = tenths < 10 ? tenths : Math.round(durationMs / SECOND);
  return seconds === 60 ? "1 min" : `${seconds} s`;
}
