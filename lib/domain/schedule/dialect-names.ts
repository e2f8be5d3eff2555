import type { Dialect, NamedDialect } from "../job.ts";
import type { CronDialect } from "./dialect.ts";
import { DIALECTS } from "./dialects.ts";

/** All schedulers by the names that a spec may say, in the order of the registry. */
export const DIALECT_NAMES = namesOf(DIALECTS);

// An object literal typed as a record has the keys of the record and no others.
function namesOf(rows: Record<NamedDialect, CronDialect>): readonly NamedDialect[] {
  return Object.keys(rows) as NamedDialect[];
}

/** Whether a spec may say so. */
export function isDialect(name: string): name is Dialect {
  return name === "auto" || DIALECT_NAMES.some((known) => known === name);
}
