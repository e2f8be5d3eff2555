import { connect, type Socket } from "node:net";
import { randomUUID } from "node:crypto";

// A load generator as small as can be: keep-alive connections, each sending its next ping when the last is answered.

export type LoadRequest = {
  port: number;
  connections: number;
  ms: number;
  jobIds: string[];
  /** Bytes of a POST's body; 0: GET. */
  bodyBytes: number;
};
/** Latencies in milliseconds. `others`: answers that were not 200. */
export type LoadResult = { answered: number; others: number; seconds: number; p50: number; p99: number; p999: number };

type Run = Pick<LoadRequest, "port" | "jobIds"> & {
  head: string;
  tail: string;
  until: number;
  latencies: number[];
  others: number;
};

process.on("message", (request: LoadRequest) => void measure(request).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit());

async function measure({ port, connections, ms, jobIds, bodyBytes }: LoadRequest): Promise<LoadResult> {
  const begun = performance.now();
  const run: Run = { jobIds, port, ...partsOf(bodyBytes), until: begun + ms, latencies: [], others: 0 };
  await Promise.all(Array.from({ length: connections }, () => keepAsking(run)));
  const sorted = Float64Array.from(run.latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    answered: sorted.length,
    others: run.others,
    seconds: (performance.now() - begun) / 1000,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
  };
}

const HEADERS = " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n";

/** What comes before and after the address. The body is like the output of a job: lines that are much alike. */
function partsOf(bodyBytes: number): { head: string; tail: string } {
  if (bodyBytes === 0) return { head: "GET ", tail: `${HEADERS}\r\n` };
  const line = "2026-11-22 03:00:01 INFO copied 1412 files of /srv/data, 38 changed\n";
  const body = line.repeat(Math.ceil(bodyBytes / line.length)).slice(0, bodyBytes);
  const type = "Content-Type: application/x-www-form-urlencoded";
  return { head: "POST ", tail: `${HEADERS}${type}\r\nContent-Length: ${bodyBytes}\r\n\r\n${body}` };
}

/** Run ids that differ in their first digits: as unlike each other as real ones, and cheaper to make. */
const tail = randomUUID().slice(8);
let asked = Math.floor(Math.random() * 2 ** 31);

function keepAsking(run: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: run.port, host: "127.0.0.1", noDelay: true }, () => ask(socket));
    let sentAt = 0;
    let partial = "";

    function ask(to: Socket): void {
      asked += 1;
      const jobId = run.jobIds[asked % run.jobIds.length];
      const rid = (asked >>> 0).toString(16).padStart(8, "0") + tail;
      sentAt = performance.now();
      to.write(`${run.head}/ping/${jobId}?rid=${rid}${run.tail}`);
    }

    socket.on("error", reject);
    socket.on("close", resolve);
    socket.on("data", (chunk) => {
      partial += chunk.toString("latin1");
      // Every answer of interest ends so; whatever does not is long enough to be counted by its end of headers.
      if (!partial.endsWith("OK") && !partial.startsWith("HTTP/1.1 5") && !partial.startsWith("HTTP/1.1 4")) return;
      const now = performance.now();
      if (partial.startsWith("HTTP/1.1 200")) run.latencies.push(now - sentAt);
      else run.others += 1;
      partial = "";
      if (now < run.until) ask(socket);
      else socket.end();
    });
  });
}
