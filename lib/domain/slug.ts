import { fingerprint } from "./fingerprint.ts";

const LONGEST = 128;

const SLUG = /^[a-z0-9_-]{1,128}$/;

/** A slug for a name: "Nightly DB backup" → "nightly-db-backup"; empty where no letter or digit is left. */
export function guessSlug(name: string): string {
  return plain(name)
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}

function plain(name: string): string {
  const bare = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.replace(/[^a-z0-9_]+/g, "-");
}

/**
 * The slug under which a client's own name for a job is known, never empty: itself where it is one. What loses letters or
 * digits on the way gets a mark of its own, so that two such names are never taken for each other.
 */
export function slugFor(name: string): string {
  if (SLUG.test(name)) return name;
  const slug = guessSlug(name);
  if (slug !== "" && slug.length === trimmed(plain(name)).length && !loses(name)) return slug;
  const mark = fingerprint(name);
  return `${slug.slice(0, LONGEST - mark.length - 1) || "job"}-${mark}`;
}

function trimmed(slug: string): string {
  return slug.replace(/^-+|-+$/g, "");
}

/** Whether letters or digits of a name are none that a slug may have. */
function loses(name: string): boolean {
  return /[^a-z0-9\P{L}]|[^a-z0-9\P{N}]/u.test(name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase());
}
