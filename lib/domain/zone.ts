import { quoted, ScheduleError } from "./schedule/error.ts";
import { LruMap } from "./schedule/lru.ts";
import { nearestName } from "./schedule/zone-suggestion.ts";
import { DAY, SECOND, type Instant, type Millis } from "./time.ts";

/** A time zone: how far its clocks are ahead of UTC, and when that changes. */
export type Zone = {
  /** Its canonical name, such as `Europe/Riga`. */
  name: string;
  /** Local time − UTC at `at`. */
  offsetAt(at: Instant): Millis;
  /** The first change of the offset strictly after `after`; null where there is none within 10 years. */
  nextTransition(after: Instant): Instant | null;
  /** The last change of the offset at or before `before`; null where there is none within 10 years. */
  prevTransition(before: Instant): Instant | null;
};

/** Where zones come from: given a canonical name, the zone, or null where the source does not know it. */
export type ZoneSource = (name: string) => Zone | null;

/** What a source knows of names beyond the engine. */
export type ZoneNames = {
  /** All that it has, old ones included. */
  known: readonly string[];
  /** Those to choose from. */
  listed: readonly string[];
  /** Old names, with the present one. */
  renamed: ReadonlyMap<string, string>;
};

/** A stretch [start, end) in which the offset does not change; cut about 10 years away where it does not change for longer. */
export type Segment = {
  start: Instant;
  end: Instant;
  offset: Millis;
  /** The offset just before `start`. */
  offsetBefore: Millis;
};

/** The segment that `at` lies in. */
export function segmentAt(zone: Zone, at: Instant): Segment {
  const start = zone.prevTransition(at) ?? at - HORIZON;
  const end = zone.nextTransition(at) ?? at + HORIZON;
  return { start, end, offset: zone.offsetAt(start), offsetBefore: zone.offsetAt(start - 1) };
}

const HORIZON_YEARS = 10;
const HORIZON = HORIZON_YEARS * 365 * DAY;

const NO_NAMES: ZoneNames = { known: [], listed: [], renamed: new Map() };
const NAMES_REMEMBERED = 2_000;

let source: ZoneSource = intlZone;
let names = NO_NAMES;
let spellings: ReadonlyMap<string, string> = new Map();
let zones = new Map<string, Zone>();
let sources = 0;
let canonicalNames = new LruMap<string, string>(NAMES_REMEMBERED);

/**
 * Makes zones come from another source from now on, such as the system's own files. What that does not know still comes
 * from the engine. Every zone is found anew, and with it every schedule compiled anew.
 */
export function setZoneSource(next: ZoneSource, nextNames: ZoneNames = NO_NAMES): void {
  source = next;
  sources += 1;
  names = nextNames;
  spellings = new Map(names.known.map((name) => [name.toLowerCase(), name]));
  zones = new Map();
  canonicalNames = new LruMap(NAMES_REMEMBERED);
}

/** Grows with every `setZoneSource`: what was made of zones before is out of date. */
export function zoneSourceNumber(): number {
  return sources;
}

/** The zone of that name, in capitals or not, old names included; null where there is none. */
export function findZone(name: string): Zone | null {
  if (!isZoneName(name)) return null;
  const canonical = canonicalName(name);
  const known = zones.get(canonical);
  if (known !== undefined) return known;
  const zone = source(canonical) ?? intlZone(canonical);
  if (zone !== null) zones.set(canonical, zone);
  return zone;
}

/** The zone of that name. Throws a `ScheduleError` about `timeZone` that suggests the nearest name. */
export function getZone(name: string): Zone {
  const zone = findZone(name);
  if (zone !== null) return zone;
  if (name.trim() === "") throw new ScheduleError("timeZone", "Choose a time zone, such as Europe/Riga or UTC.");
  const nearest = nearestName(name, [...listZoneNames(), ...RENAMED.keys()]);
  const advice =
    nearest === null ? "write a place, such as Europe/Riga, or UTC." : `did you mean ${presentName(nearest)}?`;
  throw new ScheduleError("timeZone", `There is no time zone ${quoted(name)}; ${advice}`);
}

/** All zones by their present names, in alphabetical order. */
export function listZoneNames(): string[] {
  const engine = Intl.supportedValuesOf("timeZone").map(presentName);
  return [...new Set(["UTC", ...engine, ...names.listed.map(canonicalName)])].toSorted();
}

// Names that JavaScript engines still spell as long ago.
const RENAMED = new Map([
  ["Africa/Asmera", "Africa/Asmara"],
  ["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["America/Catamarca", "America/Argentina/Catamarca"],
  ["America/Coral_Harbour", "America/Atikokan"],
  ["America/Cordoba", "America/Argentina/Cordoba"],
  ["America/Godthab", "America/Nuuk"],
  ["America/Indianapolis", "America/Indiana/Indianapolis"],
  ["America/Jujuy", "America/Argentina/Jujuy"],
  ["America/Louisville", "America/Kentucky/Louisville"],
  ["America/Mendoza", "America/Argentina/Mendoza"],
  ["Asia/Calcutta", "Asia/Kolkata"],
  ["Asia/Katmandu", "Asia/Kathmandu"],
  ["Asia/Rangoon", "Asia/Yangon"],
  ["Asia/Saigon", "Asia/Ho_Chi_Minh"],
  ["Atlantic/Faeroe", "Atlantic/Faroe"],
  ["Europe/Kiev", "Europe/Kyiv"],
  ["Pacific/Enderbury", "Pacific/Kanton"],
  ["Pacific/Ponape", "Pacific/Pohnpei"],
  ["Pacific/Truk", "Pacific/Chuuk"],
]);

function presentName(name: string): string {
  return RENAMED.get(name) ?? names.renamed.get(name) ?? name;
}

// The engine also takes abbreviations such as IST, which means three different zones to three readers.
const SHORT_NAMES = /^(UTC|GMT|UCT|CET|EET|MET|WET|EST|MST|HST|PRC|ROC|ROK)$/i;

function isZoneName(name: string): boolean {
  if (name.length > 64 || !/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  return name.length !== 3 || SHORT_NAMES.test(name);
}

/** The present name where the engine or the source's names have it; otherwise the name as it is. */
function canonicalName(name: string): string {
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const spelt = zoneFormat(name)?.resolvedOptions().timeZone ?? spellings.get(name.toLowerCase());
  if (spelt === undefined) return name;
  const canonical = presentName(spelt);
  canonicalNames.set(name, canonical);
  return canonical;
}

function zoneFormat(name: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
}

const FIRST_YEAR = 1900;
const LAST_YEAR = 2500;

/** A zone as the engine knows it. That tells offsets only; the changes are searched for and remembered by year. */
export function intlZone(name: string): Zone | null {
  const format = zoneFormat(name);
  if (format === null) return null;
  const offsetAt = (at: Instant) => parseOffset(format.format(at));
  const years = new Map<number, readonly Instant[]>();

  function changesIn(year: number): readonly Instant[] {
    if (year < FIRST_YEAR || year > LAST_YEAR) return [];
    const known = years.get(year);
    if (known !== undefined) return known;
    const changes = findChanges(offsetAt, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    years.set(year, changes);
    return changes;
  }

  return {
    name,
    offsetAt,
    nextTransition(after) {
      const year = new Date(after).getUTCFullYear();
      for (let step = 0; step <= HORIZON_YEARS; step++) {
        const found = changesIn(year + step).find((change) => change > after);
        if (found !== undefined) return found;
      }
      return null;
    },
    prevTransition(before) {
      const year = new Date(before).getUTCFullYear();
      for (let step = 0; step <= HORIZON_YEARS; step++) {
        const found = changesIn(year - step).findLast((change) => change <= before);
        if (found !== undefined) return found;
      }
      return null;
    },
  };
}

/** Reads the end of "7/4/2026, GMT+05:45" or "…, GMT-00:44:30"; plain "GMT" is zero. */
function parseOffset(text: string): Millis {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (match === null || match[1] === undefined) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === "-" ? -seconds : seconds) * SECOND;
}

// No zone has changed its offset and changed it back within a week, at least since 1970.
const PROBE_STEP = 7 * DAY;

function findChanges(offsetAt: (at: Instant) => Millis, from: Instant, to: Instant): Instant[] {
  const changes: Instant[] = [];
  let low = from - SECOND;
  let lowOffset = offsetAt(low);
  while (low < to - SECOND) {
    const high = Math.min(low + PROBE_STEP, to - SECOND);
    const highOffset = offsetAt(high);
    if (highOffset !== lowOffset) changes.push(bisect(offsetAt, low, high));
    low = high;
    lowOffset = highOffset;
  }
  return changes;
}

/** The first whole second in (low, high] whose offset is no longer that of `low`. */
function bisect(offsetAt: (at: Instant) => Millis, low: Instant, high: Instant): Instant {
  const before = offsetAt(low);
  let left = low;
  let right = high;
  while (right - left > SECOND) {
    const middle = left + Math.floor((right - left) / (2 * SECOND)) * SECOND;
    if (offsetAt(middle) === before) left = middle;
    else right = middle;
  }
  return right;
}
