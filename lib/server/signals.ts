import { SECOND, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";

/** A stop that takes longer is cut off; what is not done by then is done by the next start. */
const STOP_WITHIN_MS: Millis = 9.5 * SECOND;
const CRASH_WITHIN_MS: Millis = 5 * SECOND;
/** A terminal and npm both pass a Ctrl-C on: a signal that follows so soon is the same one. */
const SAME_SIGNAL_MS: Millis = SECOND;

/** Errors of connections that went away. Whoever waited for them has been told by its own promise. */
const LOST_CONNECTION = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "57P01", "57P02", "57P03"]);

/**
 * Ties the life of the process to `stop`: SIGTERM, SIGINT, SIGHUP and the end of a parent that started us with an IPC
 * channel stop it in order (exit 0); a second signal ends it at once.
 */
export function stopOnSignals(stop: () => Promise<void>, log: Logger): void {
  let stoppingSince: number | null = null;
  const onSignal = (signal: string) => {
    if (stoppingSince === null) {
      stoppingSince = performance.now();
      log.info({ signal }, "stopping");
      exitAfter(stop, { withinMs: STOP_WITHIN_MS, code: 0, log });
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) {
      log.warn({ signal }, "a second signal: ending at once");
      process.exit(1);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, onSignal);
  process.on("disconnect", () => onSignal("end of parent"));
}

/**
 * What nobody caught is a bug, and a process in an unknown state must not go on acknowledging pings: it is logged, what
 * is running is ended in order, and the process exits with 1 for its supervisor to start it anew. The one exception is a
 * rejected promise about a lost connection, which many libraries leave behind: it is logged and nothing else happens.
 */
export function stopOnBugs(stop: () => Promise<void>, log: Logger): void {
  let crashing = false;
  const crash = (err: unknown, kind: string) => {
    log.fatal({ err, kind }, "a bug: nobody caught this error");
    if (crashing) return;
    crashing = true;
    exitAfter(stop, { withinMs: CRASH_WITHIN_MS, code: 1, log });
  };
  process.on("uncaughtException", (error) => crash(error, "exception"));
  process.on("unhandledRejection", (reason) => {
    if (isLostConnection(reason)) log.error({ err: reason }, "a connection was lost and nobody waited for it");
    else crash(reason, "rejection");
  });
}

function exitAfter(stop: () => Promise<void>, end: { withinMs: Millis; code: number; log: Logger }): void {
  setTimeout(() => {
    end.log.error({ ms: end.withinMs }, "stopping took too long and was cut off");
    process.exit(1);
  }, end.withinMs);
  stop().then(
    () => process.exit(end.code),
    (error: unknown) => {
      end.log.error({ err: error }, `stopping failed: ${messageOf(error)}`);
      process.exit(1);
    },
  );
}

function isLostConnection(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  if ("code" in reason && typeof reason.code === "string" && LOST_CONNECTION.has(reason.code)) return true;
  return reason.message.startsWith("Connection terminated");
}
