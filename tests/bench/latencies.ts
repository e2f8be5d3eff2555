/** What a load generator tells. Latencies in milliseconds. `others`: answers that were not 200. */
export type LoadResult = Latencies & { answered: number; others: number; seconds: number };

export type Latencies = { p50: number; p99: number; p999: number };

export function summariseLatencies(latencies: readonly number[]): Latencies {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
