/** How many items of one list a sentence may have; the rest is counted. */
export type Brevity = number;

/** "a", "a and b", "a, b and c", and with more than `most` items "a, b and 7 more". */
export function joined(items: readonly string[], most: Brevity = Infinity): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}

/** Ascending values as a list in which three or more in a row are a range: "1, 5 to 9 and 12". */
export function inWords(values: readonly number[], name: (value: number) => string, most: Brevity = Infinity): string {
  const items: string[] = [];
  for (const run of runsOf(values)) {
    if (run.length < 3) items.push(...run.map(name));
    else items.push(`${name(run[0] ?? 0)} to ${name(run.at(-1) ?? 0)}`);
  }
  return joined(items, most);
}

function runsOf(values: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs;
}

/** The common distance of three or more values that all lie equally far apart, at least 2; null where they do not. */
export function progressionOf(values: readonly number[]): { first: number; last: number; step: number } | null {
  const [first, second] = values;
  const last = values.at(-1);
  if (first === undefined || second === undefined || last === undefined || values.length < 3) return null;
  const step = second - first;
  const even = values.every((value, index) => value === first + index * step);
  return even && step > 1 ? { first, last, step } : null;
}

/** "1st", "2nd", "11th". */
export function ordinal(count: number): string {
  const ending = ["th", "st", "nd", "rd"][count % 10] ?? "th";
  return `${count}${count % 100 > 10 && count % 100 < 14 ? "th" : ending}`;
}
