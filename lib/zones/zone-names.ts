/** What a system says of names, beside the zones themselves. */
export type SystemNames = {
  /** All that it has, old ones included. */
  known: string[];
  /** Those that people choose from: one for each stretch of a country. */
  listed: string[];
  /** Old names of places, with the present one. */
  renamed: Map<string, string>;
};

/** @param tzdata the text of `tzdata.zi`. @param table the text of `zone.tab`. Either may be empty. */
export function readSystemNames(tzdata: string, table: string): SystemNames {
  const links = new Map<string, string>();
  const known = new Set<string>();
  for (const [, zone, target, link] of tzdata.matchAll(/^(?:Z (\S+)|L (\S+) (\S+))/gm)) {
    if (zone !== undefined) known.add(zone);
    if (target !== undefined && link !== undefined) links.set(link, target);
  }
  const listed = new Set(Array.from(table.matchAll(/^[A-Z]{2}\t\S+\t(\S+)/gm), ([, name = ""]) => name));
  const renamed = new Map<string, string>();
  for (const link of links.keys()) {
    const present = presentName(link, links, listed);
    // Names such as EST5EDT are rules and no places: those who write them mean them.
    if (present !== link && link.includes("/") && listed.has(present)) renamed.set(link, present);
  }
  for (const name of [...links.keys(), ...listed]) known.add(name);
  return { known: [...known], listed: [...listed], renamed };
}

const LONGEST_CHAIN = 5;

/** Follows links up to a name that is listed: `Europe/Oslo` is one, though its data may be that of Berlin. */
function presentName(name: string, links: ReadonlyMap<string, string>, listed: ReadonlySet<string>): string {
  let present = name;
  for (let step = 0; step < LONGEST_CHAIN && !listed.has(present); step++) present = links.get(present) ?? present;
  return present;
}
