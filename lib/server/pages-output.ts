import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Logger } from "../log.ts";

const LEVELS = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" } as const;

/** Writes what a child prints into our log: structured lines with their level and fields, plain ones as `plainLevel`. */
export function logOutput(child: ChildProcess, log: Logger, plainLevel: "debug" | "info"): void {
  for (const [stream, level] of [
    [child.stdout, plainLevel],
    [child.stderr, "warn"],
  ] as const) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      const record = structured(line);
      if (record !== null) log[record.level](record.fields, record.message);
      else if (line.trim() !== "") log[level](line);
    });
  }
}

function structured(line: string) {
  if (!line.startsWith('{"level":')) return null;
  try {
    const { level, time: _time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const name = Object.entries(LEVELS).find(([number]) => Number(number) === level)?.[1];
    return name === undefined ? null : { level: name, fields, message: typeof msg === "string" ? msg : "" };
  } catch {
    return null; // a line that only looks like one of ours
  }
}
