const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The last day that a month can have, February in a leap year. */
export function longestMonth(month: number): number {
  return LONGEST[month - 1] ?? 31;
}
