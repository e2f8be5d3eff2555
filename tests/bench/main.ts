import { type Ground, openGround } from "./ground.ts";
import { benchPings } from "./pings.ts";
import { benchSchedule, TIME_ZONE } from "./schedule.ts";
import { benchStorm } from "./storm.ts";

// npm run bench [-- pings storm schedule]: the figures of this machine at this moment; other work beside it spoils them.

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  async pings() {
    const figures = await onGround((ground) => benchPings(ground, { jobs: 1_000, connections: 50 }));
    console.log("\nPings, 50 connections, 1,000 jobs, every ping with a run id of its own, answered after the commit");
    print("node:http answering OK", `${whole(figures.plainPerSecond)}/s`);
    print("Belfry", `${whole(figures.belfryPerSecond)}/s, batches of ${figures.batchSize.toFixed(1)}`);
    print("ratio", figures.ratio.toFixed(3));
    print("latency", `p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms`);
    print("CPU a ping", `front ${micros(figures.frontCpuUs)}, PostgreSQL ${micros(figures.postgresCpuUs)}`);
    print("CPU a plain answer", micros(figures.plainCpuUs));
    const total = figures.frontCpuUs + (figures.postgresCpuUs ?? 0);
    print("bound", `two processors of this speed could do ${whole(2e6 / total)}/s with nothing else to do`);
  },
  async storm() {
    const figures = await onGround((ground) => benchStorm(ground, 10_000));
    console.log("\n10,000 jobs miss one deadline, one process, a webhook each to a receiver on loopback");
    print(
      "last verdict written",
      `${figures.sweptAfter.toFixed(2)} s after the deadline (the first second is waited on purpose)`,
    );
    print("first attempts arrived", `${figures.jobs}`);
    print("first attempt", `${figures.firstAttempt.toFixed(2)} s after the deadline`);
    print("99 % of them", `${figures.p99Attempt.toFixed(2)} s`);
    print("last first attempt", `${figures.lastAttempt.toFixed(2)} s`);
    print("CPU a job", `Belfry ${micros(figures.ownCpuUs)}, PostgreSQL ${micros(figures.postgresCpuUs)}`);
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
