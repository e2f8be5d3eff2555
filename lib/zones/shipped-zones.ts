import data from "moment-timezone/data/packed/latest.json" with { type: "json" };
import type { Zone } from "../domain/zone.ts";
import { unpackZone } from "./packed-zone.ts";
import { createTableZone } from "./zone-table.ts";

/** The release of the zones that come with Belfry. */
export const SHIPPED_VERSION: string = data.version;

let lines: ReadonlyMap<string, string> | null = null;

/** A zone as Belfry brings it, known up to 2499; null where it has none of that name, old ones included. */
export function findShippedZone(name: string): Zone | null {
  lines ??= indexLines();
  const line = lines.get(name);
  return line === undefined ? null : createTableZone(name, unpackZone(line));
}

/** The names it has, old ones included. */
export function shippedNames(): Iterable<string> {
  lines ??= indexLines();
  return lines.keys();
}

function indexLines(): Map<string, string> {
  const byName = new Map(data.zones.map((line) => [line.slice(0, line.indexOf("|")), line]));
  for (const link of data.links) {
    const [target = "", name = ""] = link.split("|");
    const line = byName.get(target);
    if (line !== undefined) byName.set(name, line);
  }
  return byName;
}
