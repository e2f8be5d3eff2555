import type { Size } from "./simulation.ts";
import { type Cause, CAUSES, sum, type Tally } from "./tally.ts";

const TROUBLES = ["missed", "failed", "overlong", "abandoned"] as const;

/** What `--json` prints. */
export type Figures = {
  jobs: number;
  days: number;
  slots: number;
  trueFailures: number;
  detected: number;
  detectionDelayP99Ms: number;
  undetectable: number;
  falseAlarms: { total: number; byCause: Record<Cause, number> };
  falseAlarmsFromLostPings: number;
  seconds: number;
};

export function figuresOf({ jobs, days }: Size, tally: Tally, seconds: number): Figures {
  return {
    jobs,
    days,
    slots: tally.slots,
    trueFailures: sum(tally.trueFailures),
    detected: sum(tally.detected),
    detectionDelayP99Ms: quantile(tally.delaysMs, 0.99),
    undetectable: sum(tally.undetectable),
    falseAlarms: { total: sum(tally.falseAlarms), byCause: tally.falseAlarms },
    falseAlarmsFromLostPings: tally.falseAlarmsFromLostPings,
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** The figures as people read them, and what to look at. */
export function tableOf(size: Size, tally: Tally, seconds: number): string {
  const figures = figuresOf(size, tally, seconds);
  const all = figures.trueFailures + figures.undetectable;
  const rows: [name: string, figure: string][] = [
    ["slots", count(tally.slots)],
    ["pings", count(tally.pings)],
    ["true failures", `${count(figures.trueFailures)}, detected ${count(figures.detected)}`],
    ...TROUBLES.map((kind): [string, string] => [
      `  ${kind}`,
      `${count(tally.trueFailures[kind])}, detected ${count(tally.detected[kind])}`,
    ]),
    ["detected after", `p50 ${quantile(tally.delaysMs, 0.5)} ms, p99 ${figures.detectionDelayP99Ms} ms`],
    [
      "undetectable",
      `${count(figures.undetectable)} (${((100 * figures.undetectable) / Math.max(all, 1)).toFixed(2)} %)`,
    ],
    ...Object.entries(tally.undetectable).map(([why, times]): [string, string] => [`  ${why}`, count(times)]),
    ["false alarms", count(figures.falseAlarms.total)],
    ...CAUSES.map((cause): [string, string] => [`  ${cause}`, count(tally.falseAlarms[cause])]),
    ["from lost pings", count(tally.falseAlarmsFromLostPings)],
    ["incidents", `${count(tally.criticalAlerts)} alerts, and ${count(tally.overlapWarnings)} warnings of an overlap`],
    ["wrong at last", count(tally.wrongVerdicts)],
    ["faults", count(tally.faults)],
  ];
  const head = `${count(size.jobs)} jobs, ${count(size.days)} days, seed ${size.seed}, ${seconds.toFixed(1)} s`;
  return [head, ...rows.map(([name, figure]) => `  ${name.padEnd(18)}${figure}`), ...linesOf(tally)].join("\n");
}

const MOST_LINES_OF_A_KIND = 8;

function linesOf({ lines }: Tally): string[] {
  const shown = new Map<string, number>();
  return lines.filter((line) => {
    const kind = line.slice(0, line.indexOf(":"));
    shown.set(kind, (shown.get(kind) ?? 0) + 1);
    return (shown.get(kind) ?? 0) <= MOST_LINES_OF_A_KIND;
  });
}

function quantile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return Math.round(ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0);
}

function count(value: number): string {
  return value.toLocaleString("en");
}
