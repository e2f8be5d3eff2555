import type { Queryable } from "../store/queryable.ts";
import { listUnknownNames } from "../store/scope-names.ts";

/** Sentences about tags and machines that no job of these projects has: they are allowed, but mostly misspelt. */
export async function scopeWarnings(
  database: Queryable,
  projectIds: readonly string[],
  scope: { tags: readonly string[]; hosts: readonly string[] },
): Promise<string[]> {
  let { tags, hosts } = scope;
  for (const projectId of projectIds) ({ tags, hosts } = await listUnknownNames(database, { projectId, tags, hosts }));
  return [
    ...tags.map((tag) => `No job has the tag "${tag}" at the moment; look whether it is spelt right.`),
    ...hosts.map((host) => `No job ran on the host "${host}" last; look whether it is spelt right.`),
  ];
}
