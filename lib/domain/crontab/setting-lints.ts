import { quoted } from "../schedule/error.ts";
import { findZone } from "../zone.ts";

/** What each daemon silently does with a setting that its author may not expect; one sentence each. */
export type SettingLints = { debian: readonly string[]; cronie: readonly string[] };

const NOTHING: SettingLints = { debian: [], cronie: [] };

/** What is to be said about a setting of the time zone; nothing about any other. */
export function settingLints(name: string, value: string): SettingLints {
  if (name === "TZ") return { debian: [ONLY_FOR_COMMANDS], cronie: [ONLY_FOR_COMMANDS] };
  return name === "CRON_TZ" ? { debian: [NOT_READ_BY_DEBIAN], cronie: zoneLints(value) } : NOTHING;
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
