import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { readTzif } from "./tzif.ts";
import { readSystemNames, type SystemNames } from "./zone-names.ts";
import type { ZoneTable } from "./zone-table.ts";

/** The compiled zones of the machine, one file each. */
export type SystemZones = {
  /** The release, such as `2026f`; `unknown` where the folder does not tell. */
  version: string;
  names: SystemNames;
  /** Null where the folder has none of that name, or a file that cannot be read: that is logged once. */
  find(name: string): ZoneTable | null;
};

/** Ten times as much as the longest one takes. */
const LARGEST_FILE = 64_000;

/** Folders of other editions, one of them with leap seconds, and files that stand for whatever the host has set. */
const NOT_ZONES = /^(posix|right|SystemV)\/|^(localtime|posixrules|Factory)$/i;
const NAME = /^[A-Za-z][\w+-]*(\/[A-Za-z][\w+-]*)*$/;

/** The zones in `folder`; null where there is no such folder. */
export function openSystemZones(folder: string, log: Logger | null): SystemZones | null {
  if (!statOf(folder)?.isDirectory()) return null;
  const text = readText(join(/* turbopackIgnore: true */ folder, "tzdata.zi"));
  const version = /^# version (\S+)/.exec(text)?.[1] ?? readPlainVersion(folder);
  const complained = new Set<string>();

  function find(name: string): ZoneTable | null {
    if (!NAME.test(name) || NOT_ZONES.test(name)) return null;
    const file = join(/* turbopackIgnore: true */ folder, name);
    const found = statOf(file);
    if (!found?.isFile()) return null;
    try {
      if (found.size > LARGEST_FILE) throw new Error("it is too large for one");
      return readTzif(readFileSync(file));
    } catch (error) {
      if (!complained.has(name)) {
        log?.warn(
          { file, reason: messageOf(error) },
          "A time zone of this system cannot be read and is taken from elsewhere",
        );
      }
      complained.add(name);
      return null;
    }
  }

  return {
    version,
    names: readSystemNames(text, readText(join(/* turbopackIgnore: true */ folder, "zone.tab"))),
    find,
  };
}

/** Differs after every change of the folder: packages replace files, which also touches the folders they are in. */
export function fingerprintOf(folder: string): string {
  const inside = ["tzdata.zi", "+VERSION", "zone.tab", ...foldersIn(folder)];
  const stats = ["", ...inside].map((name) => statOf(join(/* turbopackIgnore: true */ folder, name)));
  return stats.map((stat) => (stat === null ? "-" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`)).join("|");
}

function readPlainVersion(folder: string): string {
  const text = readText(join(/* turbopackIgnore: true */ folder, "+VERSION")).trim();
  return /^\S{1,40}$/.test(text) ? text : "unknown";
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(/* turbopackIgnore: true */ folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Null where nothing can be found there. */
function statOf(path: string) {
  try {
    return statSync(/* turbopackIgnore: true */ path);
  } catch {
    return null;
  }
}

const LARGEST_TEXT = 2_000_000;

/** Empty where there is no such file. */
function readText(path: string): string {
  const found = statOf(path);
  if (!found?.isFile() || found.size > LARGEST_TEXT) return "";
  try {
    return readFileSync(/* turbopackIgnore: true */ path, "latin1");
  } catch {
    return "";
  }
}
