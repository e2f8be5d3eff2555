const LONGEST = 128;

/** A slug for a name: "Nightly DB backup" → "nightly-db-backup"; empty where no letter or digit is left. */
export function guessSlug(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/[^a-z0-9_]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}
