const LONGEST = 64;

/** The name among `names` that was most likely meant, or null where none is near. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  if (typed.length > LONGEST) return null;
  const wanted = normalised(typed);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const whole = normalised(name);
    const city = whole.slice(whole.lastIndexOf("/") + 1);
    const distance = Math.min(editDistance(wanted, whole), editDistance(wanted, city) + 0.5);
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best !== null && best.distance <= 1 + wanted.length / 6 ? best.name : null;
}

function normalised(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[ _-]+/g, "_");
}

/** Insertions, deletions and substitutions that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
