import { openConnection, pingsTo } from "./connection.ts";
import { type LoadResult, summariseLatencies } from "./latencies.ts";

// A load generator: keep-alive connections, each sending its next ping when the last is answered.

export type LoadRequest = {
  /** Connections take turns among them. */
  targets: readonly Target[];
  connections: number;
  ms: number;
  /** Bytes of a POST's body; 0: GET. */
  bodyBytes: number;
};

/** A server, and the jobs whose pings it gets. */
export type Target = { port: number; jobIds: readonly string[] };

type Run = { until: number; latencies: number[]; others: number };

process.on("message", (request: LoadRequest) => void measure(request).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit());

async function measure({ targets, connections, ms, bodyBytes }: LoadRequest): Promise<LoadResult> {
  const begun = performance.now();
  const run: Run = { until: begun + ms, latencies: [], others: 0 };
  const sources = targets.map(({ port, jobIds }) => ({ port, next: pingsTo(jobIds, bodyBytes) }));
  const each = Array.from({ length: connections }, (_, index) => {
    const source = sources[index % sources.length];
    return source === undefined ? Promise.resolve() : keepAsking(source, run);
  });
  await Promise.all(each);
  return {
    ...summariseLatencies(run.latencies),
    answered: run.latencies.length,
    others: run.others,
    seconds: (performance.now() - begun) / 1000,
  };
}

function keepAsking({ port, next }: { port: number; next: () => string }, run: Run): Promise<void> {
  let sentAt = 0;
  return new Promise((resolve) => {
    openConnection(port, {
      onOpen(connection) {
        sentAt = performance.now();
        connection.ask(next());
      },
      onAnswer(connection, ok) {
        const now = performance.now();
        if (ok) run.latencies.push(now - sentAt);
        else run.others += 1;
        if (now >= run.until) return connection.end();
        sentAt = performance.now();
        connection.ask(next());
      },
      onClose: resolve,
    });
  });
}
