import { openConnection, pingsTo } from "./connection.ts";
import { type LoadResult, summariseLatencies } from "./latencies.ts";

// A load generator: keep-alive connections, each sending its next ping when the last is answered.

export type LoadRequest = {
  /** Connections take turns among them. */
  ports: readonly number[];
  connections: number;
  ms: number;
  jobIds: string[];
  /** Bytes of a POST's body; 0: GET. */
  bodyBytes: number;
};

type Run = { next: () => string; until: number; latencies: number[]; others: number };

process.on("message", (request: LoadRequest) => void measure(request).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit());

async function measure({ ports, connections, ms, jobIds, bodyBytes }: LoadRequest): Promise<LoadResult> {
  const begun = performance.now();
  const run: Run = { next: pingsTo(jobIds, bodyBytes), until: begun + ms, latencies: [], others: 0 };
  const each = Array.from({ length: connections }, (_, index) => keepAsking(ports[index % ports.length] ?? 0, run));
  await Promise.all(each);
  return {
    ...summariseLatencies(run.latencies),
    answered: run.latencies.length,
    others: run.others,
    seconds: (performance.now() - begun) / 1000,
  };
}

function keepAsking(port: number, run: Run): Promise<void> {
  let sentAt = 0;
  return new Promise((resolve) => {
    openConnection(port, {
      onOpen(connection) {
        sentAt = performance.now();
        connection.ask(run.next());
      },
      onAnswer(connection, ok) {
        const now = performance.now();
        if (ok) run.latencies.push(now - sentAt);
        else run.others += 1;
        if (now >= run.until) return connection.end();
        sentAt = performance.now();
        connection.ask(run.next());
      },
      onClose: resolve,
    });
  });
}
