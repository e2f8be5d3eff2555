import { type Connection, openConnection, pingsTo } from "./connection.ts";
import { type LoadResult, summariseLatencies } from "./latencies.ts";

// A load generator that sends as many pings a second whether they are answered or not. A ping's latency counts from when
// it was due, so that an answer that is late does not hide how long those behind it wait.

export type SteadyLoadRequest = {
  port: number;
  connections: number;
  perSecond: number;
  ms: number;
  jobIds: string[];
};

process.on("message", (request: SteadyLoadRequest) => void measure(request).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit());

async function measure({ port, connections, perSecond, ms, jobIds }: SteadyLoadRequest): Promise<LoadResult> {
  const total = Math.floor((ms * perSecond) / 1000);
  const next = pingsTo(jobIds, 0);
  const free = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  let others = 0;
  let sent = 0;
  const begun = performance.now();
  const dueAt = (index: number): number => begun + (index * 1000) / perSecond;

  await new Promise<void>((resolve) => {
    function sendDue(): void {
      while (sent < total && dueAt(sent) <= performance.now()) {
        const line = free.pop();
        if (line === undefined) return;
        const due = dueAt(sent);
        sent += 1;
        line.onAnswer = (ok) => {
          if (ok) latencies.push(performance.now() - due);
          else others += 1;
          free.push(line);
          if (latencies.length + others < total) return sendDue();
          clearInterval(timer);
          resolve();
        };
        line.connection.ask(next());
      }
    }
    const timer = setInterval(sendDue, 1);
  });
  const seconds = (performance.now() - begun) / 1000;
  for (const { connection } of free) connection.end();
  return { ...summariseLatencies(latencies), answered: latencies.length, others, seconds };
}

type Line = { connection: Connection; onAnswer: (ok: boolean) => void };

function open(port: number): Promise<Line> {
  return new Promise((resolve) => {
    let line: Line | null = null;
    openConnection(port, {
      onOpen(connection) {
        line = { connection, onAnswer: () => {} };
        resolve(line);
      },
      onAnswer: (_connection, ok) => line?.onAnswer(ok),
      onClose: () => {},
    });
  });
}
