import { pino, type Logger } from "pino";

export type { Logger };

/** Structured logs on standard output, one JSON object a line. Ids travel as `jobId`, `runNumber`, `incidentId`, `deliveryId`. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
