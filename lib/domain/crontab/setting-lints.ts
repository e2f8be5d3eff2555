import { quoted } from "../schedule/error.ts";
import { findZone } from "../zone.ts";

/** What each daemon silently does with a setting that its author may not expect; one sentence each. */
export type SettingLints = { debian: readonly string[]; cronie: readonly string[] };

const NOTHING: SettingLints = { debian: [], cronie: [] };

export type SettingCheck = (name: string, value: string) => SettingLints;

// It takes long to find out that there is no such zone, and no crontab that somebody wrote has so many.
const MOST_ZONES = 100;

/** Says what there is to say about a setting of the time zone, and nothing about any other; looks each zone up once. */
export function createSettingCheck(): SettingCheck {
  const known = new Map<string, readonly string[]>();
  const lintsOf = (zone: string): readonly string[] => {
    const lints = known.get(zone) ?? (known.size < MOST_ZONES ? zoneLints(zone) : []);
    if (known.size < MOST_ZONES) known.set(zone, lints);
    return lints;
  };
  return (name, value) => {
    if (name === "TZ") return { debian: [ONLY_FOR_COMMANDS], cronie: [ONLY_FOR_COMMANDS] };
    return name === "CRON_TZ" ? { debian: [NOT_READ_BY_DEBIAN], cronie: lintsOf(value) } : NOTHING;
  };
}

const ONLY_FOR_COMMANDS = "TZ reaches the commands only: when they run goes by the clock of the machine.";
const NOT_READ_BY_DEBIAN =
  "Debian's cron does not look at CRON_TZ: it runs the lines below by the clock of the machine.";

/** A zone by its rules, which the C library reads as well: EST5EDT, <+03>-3, UTC+3. */
const BY_RULES = /^(?:[a-z]{3,}|<[a-z\d+-]{3,}>)[+-]?\d/i;

/** The C library knows zones in their own capitals only, and takes what it does not know for UTC without a word. */
function zoneLints(value: string): string[] {
  const name = value.replace(/^:/, "");
  const zone = findZone(name);
  if (name === "" || (zone === null && BY_RULES.test(name))) return [];
  const isSpelled = zone !== null && (zone.name === name || zone.name.toLowerCase() !== name.toLowerCase());
  if (isSpelled) return [];
  const right = zone === null ? "a place such as Europe/Riga" : zone.name;
  return [`There is no time zone ${quoted(name)}, so cronie runs the lines below by UTC; write ${right}.`];
}
