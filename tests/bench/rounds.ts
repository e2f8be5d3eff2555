import { cpuSecondsOf } from "./cpu.ts";
import type { Program } from "./ground.ts";
import { type LoadResult, median } from "./latencies.ts";
import type { PingServerRequest, Usage } from "./ping-server.ts";

/** CPU in microseconds a ping; null where it is not known. */
export type Round = LoadResult & {
  perSecond: number;
  frontCpuUs: number;
  postgresCpuUs: number | null;
  batchSize: number;
};

/** Medians of rounds; latencies in milliseconds. */
export type ServerFigures = Omit<Round, "answered" | "others" | "seconds">;

/** @param servers that take the load together @param postgres process id */
export async function measureRound(
  { servers, postgres }: { servers: readonly Program[]; postgres: number },
  fire: () => Promise<LoadResult>,
): Promise<Round> {
  const before = await usageOf(servers);
  const postgresBefore = cpuSecondsOf(postgres);
  const result = await fire();
  const after = await usageOf(servers);
  const postgresAfter = cpuSecondsOf(postgres);
  if (result.others > 0) console.log(`  ${result.others} answers were not 200`);
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    frontCpuUs: (after.cpuUs - before.cpuUs) / result.answered,
    postgresCpuUs:
      postgresBefore === null || postgresAfter === null
        ? null
        : ((postgresAfter - postgresBefore) * 1e6) / result.answered,
    batchSize: (after.stored - before.stored) / Math.max(1, after.batches - before.batches),
  };
}

async function usageOf(servers: readonly Program[]): Promise<Usage> {
  const usages = await Promise.all(
    servers.map((server) => server.ask<Usage>({ do: "usage" } satisfies PingServerRequest)),
  );
  const sum = (figure: keyof Usage) => usages.reduce((total, usage) => total + usage[figure], 0);
  return { cpuUs: sum("cpuUs"), batches: sum("batches"), stored: sum("stored") };
}

export function summariseRounds(rounds: readonly Round[]): ServerFigures {
  return {
    perSecond: median(rounds.map((round) => round.perSecond)),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    p999: median(rounds.map((round) => round.p999)),
    frontCpuUs: median(rounds.map((round) => round.frontCpuUs)),
    postgresCpuUs: rounds.some((round) => round.postgresCpuUs === null)
      ? null
      : median(rounds.map((round) => round.postgresCpuUs ?? 0)),
    batchSize: median(rounds.map((round) => round.batchSize)),
  };
}
