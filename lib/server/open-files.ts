import { readFileSync } from "node:fs";

// Those of the database, the pages, the outgoing sends and the log.
const KEPT_FOR_OTHERS = 1_000;
const MOST = 16_000;
const WHERE_UNKNOWN = 8_000;

/**
 * How many connections may be open: as many as the system lets this process have files, less what else needs some.
 * Node has raised the soft limit to the hard one when it started.
 */
export function mostConnections(limits: string = readLimits()): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (line === undefined) return WHERE_UNKNOWN;
  const files = line === "unlimited" ? Number.POSITIVE_INFINITY : Number(line);
  return Math.min(MOST, Math.max(files - KEPT_FOR_OTHERS, Math.floor(files / 2)));
}

/** Empty on systems other than Linux. */
function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}
