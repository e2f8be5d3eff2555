import { readZoneFolder } from "../config.ts";
import { intlZone, setZoneSource, type Zone, type ZoneNames } from "../domain/zone.ts";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import { findShippedZone, SHIPPED_VERSION, shippedNames } from "./shipped-zones.ts";
import { fingerprintOf, openSystemZones, type SystemZones } from "./system-zones.ts";
import { createTableZone } from "./zone-table.ts";
import { compareVersions } from "./zone-version.ts";

/** Releases of tzdata, such as `2026f`, by where they are from. */
export type ZoneDataReport = {
  /** Null where the system has no compiled zones; `unknown` where it does not tell their release. */
  system: string | null;
  shipped: string;
  engine: string;
  used: { source: "system" | "shipped" | "engine"; version: string };
};

export type ZoneOptions = {
  /** Where the system's compiled zones are; by default as the environment says. */
  folder?: string;
  log?: Logger | null;
};

type Installed = { report: ZoneDataReport; folder: string; fingerprint: string };

type Candidate = { source: ZoneDataReport["used"]["source"]; version: string; find(name: string): Zone | null };

let installed: Installed | null = null;
let lookedAt: Millis = -Infinity;
let changed: string | null = null;

/**
 * Makes time zones come from the newest of the system's files, those that Belfry brings, and the engine; in this order
 * where they are equally new. What the newest lacks comes from the next. Call it once a process, before any schedule.
 */
export function installZones({ folder = readZoneFolder(), log = null }: ZoneOptions = {}): ZoneDataReport {
  const fingerprint = fingerprintOf(folder);
  const system = openSystemZones(folder, log);
  const engine: Candidate = { source: "engine", version: process.versions["tz"] ?? "unknown", find: intlZone };
  const shipped: Candidate = { source: "shipped", version: SHIPPED_VERSION, find: findShippedZone };
  const own = system === null ? [] : [candidateOf(system)];
  const ranked = [...own, shipped, engine].toSorted((a, b) => compareVersions(b.version, a.version));
  setZoneSource((name) => findFirst(ranked, name), namesOf(system));
  const { source, version } = ranked[0] ?? engine;
  const report = {
    system: system?.version ?? null,
    shipped: shipped.version,
    engine: engine.version,
    used: { source, version },
  };
  installed = { report, folder, fingerprint };
  changed = null;
  return report;
}

function candidateOf(system: SystemZones): Candidate {
  return {
    source: "system",
    version: system.version,
    find(name) {
      const table = system.find(name);
      return table === null ? null : createTableZone(name, table);
    },
  };
}

function findFirst(candidates: readonly Candidate[], name: string): Zone | null {
  for (const candidate of candidates) {
    const zone = candidate.find(name);
    if (zone !== null) return zone;
  }
  return null;
}

function namesOf(system: SystemZones | null): ZoneNames {
  const { known, listed, renamed } = system?.names ?? { known: [], listed: [], renamed: new Map() };
  return { known: [...shippedNames(), ...known], listed, renamed };
}

/** The zones in use; installs them where nobody has. */
export function zoneData(options: ZoneOptions = {}): ZoneDataReport {
  return installed?.report ?? installZones(options);
}

const LOOK_EVERY_MS: Millis = 60 * SECOND;
/** Packages write their files one after the other: a change counts when nothing has followed it for this long. */
const SETTLED_AFTER_MS: Millis = 5 * SECOND;

/**
 * Installs zones where nobody has, and again once the system's files have changed; cheap, it looks once a minute.
 * @returns what is in use from now on; null where nothing was installed.
 */
export function refreshZones(options: ZoneOptions = {}, steadyNow: Millis = performance.now()): ZoneDataReport | null {
  if (installed === null) return installZones(options);
  if (steadyNow - lookedAt < (changed === null ? LOOK_EVERY_MS : SETTLED_AFTER_MS)) return null;
  lookedAt = steadyNow;
  const fingerprint = fingerprintOf(installed.folder);
  if (fingerprint === installed.fingerprint) {
    changed = null;
    return null;
  }
  if (fingerprint === changed) return installZones({ ...options, folder: installed.folder });
  changed = fingerprint;
  return null;
}
