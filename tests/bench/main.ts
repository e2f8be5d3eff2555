import { type Ground, openGround } from "./ground.ts";
import { benchGrowth, GROWTH_CASES } from "./growth.ts";
import { benchPages } from "./pages.ts";
import { benchPings, type PingCase } from "./pings.ts";
import { benchProfile } from "./profile.ts";
import type { ServerFigures } from "./rounds.ts";
import { benchSchedule, TIME_ZONE } from "./schedule.ts";
import { benchStorm, type StormCase } from "./storm.ts";

// npm run bench [-- pings growth profile pages storm schedule]: the figures of this machine at this moment; other work beside it spoils them.

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  async pings() {
    console.log(
      "\nPings, every one with a run id of its own, beside the same server without Belfry, in alternating rounds:",
    );
    console.log("  plain   node:http that answers OK");
    console.log("  bare    node:http that answers after a batched, durable insert of a row for each ping");
    console.log(
      "  rows    the same with the rows that Belfry inserts: a run's for each ping, and a ping's where it has a body",
    );
    for (const each of PING_CASES) {
      const { jobs, connections, bodyBytes } = each;
      const figures = await onGround((ground) => benchPings(ground, each));
      const what = bodyBytes === 0 ? "GET" : "POST of 1 kB";
      console.log(`\n  ${jobs.toLocaleString("en")} jobs, ${connections} connections, ${what}`);
      printRow("", COLUMNS);
      for (const name of ["plain", "bare", "rows", "belfry"] as const) printRow(name, cellsOf(figures[name]));
      const ratios = [figures.ofPlain, figures.ofBare, figures.ofRows].map((ratio) => ratio.toFixed(2));
      print("of plain, bare, rows", ratios.join(", "));
      print("bytes on disk a ping", whole(figures.bytesOnDisk));
      const total = figures.belfry.frontCpuUs + (figures.belfry.postgresCpuUs ?? 0);
      print("bound", `two processors of this speed could do ${whole(2e6 / total)}/s with nothing else to do`);
    }
  },
  async growth() {
    console.log("\nPings by GET to 1,000 jobs over 500 connections, by the size of batches and the number of servers");
    printRow("", COLUMNS);
    for (const each of GROWTH_CASES) {
      const figures = await onGround((ground) => benchGrowth(ground, each));
      printRow(`batches up to ${each.maxBatch}${SERVERS[each.servers]}`, cellsOf(figures));
    }
  },
  async profile() {
    const { perSecond, busyShare, groups, functions } = await onGround(benchProfile);
    console.log("\nWhere the front's time goes: pings by GET to 10,000 jobs over 500 connections, profiled");
    print("a second", whole(perSecond));
    print("busy", percent(busyShare));
    console.log("\n  Groups, of the busy time");
    for (const { name, share } of groups) printShare(name, share);
    console.log("\n  Functions, by their own time");
    for (const { name, share } of functions.slice(0, 15)) printShare(name, share);
  },
  async pages() {
    const figures = await onGround(benchPages);
    console.log("\n1,000 pings a second over 50 connections to the whole program, counted from when each was due,");
    console.log("while the list of 10,000 jobs is read again and again by");
    printRow("", ["pings", "not 200", "p50", "p99", "p99.9 ms", "page loads", "median ms"]);
    for (const [reader, row] of Object.entries(figures)) {
      if (row === null) continue;
      const latencies = [row.p50, row.p99, row.p999].map((value) => value.toFixed(1));
      printRow(reader, [whole(row.answered), whole(row.others), ...latencies, whole(row.loads), whole(row.medianLoad)]);
    }
  },
  async storm() {
    for (const each of STORM_CASES) {
      const { jobs, projects, together } = each;
      const figures = await onGround((ground) => benchStorm(ground, each));
      const trouble = together ? "all of a project's, so one message tells them" : "fewer than half of a project's";
      console.log(
        `\n${whole(jobs)} jobs of ${projects} projects miss one deadline, ${trouble}, one process, to a receiver on loopback`,
      );
      print("told", `${whole(figures.told)} alerts in ${whole(figures.messages)} messages`);
      print(
        "last verdict written",
        `${seconds(figures.sweptAfter)} after the deadline (a second is waited on purpose)`,
      );
      const { p50, p99, worst } = figures.lag;
      print("first message", `p50 ${seconds(p50)}, p99 ${seconds(p99)}, last ${seconds(worst)} after the deadline`);
      print("bare sends of as many", seconds(figures.bareSends));
      print("last alert listed", `${seconds(figures.listedAfter)} after the deadline`);
      print("CPU a job", `Belfry ${micros(figures.ownCpuUs)}, PostgreSQL ${micros(figures.postgresCpuUs)}`);
    }
  },
  async schedule() {
    console.log(`\nOne next() of a cron schedule in ${TIME_ZONE}, beside cron-parser at the same times in UTC`);
    printRow("", ["ours", "cron-parser", "÷"]);
    for (const { dialect, expression, oursUs, cronParserUs, ratio } of benchSchedule()) {
      const figures = [`${oursUs.toFixed(2)} µs`, `${cronParserUs.toFixed(1)} µs`, ratio.toFixed(0)];
      printRow(`${dialect.padEnd(14)} ${expression}`, figures);
    }
  },
};

const PING_CASES: readonly PingCase[] = [1, 10_000].flatMap((jobs) =>
  [50, 500].flatMap((connections) => [0, 1_000].map((bodyBytes) => ({ jobs, connections, bodyBytes }))),
);

const STORM_CASES: readonly StormCase[] = [
  { jobs: 10_000, projects: 100, together: true },
  { jobs: 10_000, projects: 100, together: false },
  { jobs: 10_000, projects: 1, together: true },
];

const SERVERS = { one: "", both: ", two servers", either: ", two servers, a job at one" } as const;

const COLUMNS = ["a second", "p50", "p99", "p99.9 ms", "front", "PostgreSQL", "batch"];

function cellsOf({ perSecond, p50, p99, p999, frontCpuUs, postgresCpuUs, batchSize }: ServerFigures): string[] {
  const latencies = [p50, p99, p999].map((value) => value.toFixed(1));
  return [whole(perSecond), ...latencies, micros(frontCpuUs), micros(postgresCpuUs), batchSize.toFixed(0)];
}

async function onGround<T>(measure: (ground: Ground) => Promise<T>): Promise<T> {
  const ground = await openGround();
  return measure(ground).finally(() => ground.close());
}

function printRow(name: string, figures: readonly string[]): void {
  console.log(`  ${name.padEnd(40)}${figures.map((figure) => figure.padStart(12)).join("")}`);
}

function print(name: string, figure: string): void {
  console.log(`  ${name.padEnd(24)} ${figure}`);
}

function printShare(name: string, share: number): void {
  console.log(`  ${percent(share).padStart(8)}  ${name}`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function micros(value: number | null): string {
  return value === null ? "not known here" : `${whole(value)} µs`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; choose of ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await bench();
}
