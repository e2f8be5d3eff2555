import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real Debian cron daemon that sees a spool of its own and none of this machine's crontabs. */
export type CronDaemon = {
  /** For jobs of a daemon with a fast clock: a shell that has sourced this file sees the daemon's time. */
  clockFile: string;
  /** Replaces the crontab of root; the daemon reads it again at its next minute. */
  install(lines: readonly string[]): void;
  /** Ends the daemon and every job that it started. */
  stop(): Promise<void>;
  /** What it has logged so far. */
  log(): string;
};

/** A clock that starts at `from` ("2026-03-08 01:55:00" on the wall in `timeZone`) and runs `speed` times as fast. */
export type FastClock = { timeZone: string; from: string; speed: number };

/** Why no cron daemon can be started here; null where it can. */
export function cronMissing(): string | null {
  if (process.platform !== "linux") return "a Debian cron daemon needs Linux";
  if (!existsSync("/usr/sbin/cron")) return "no cron daemon: install Debian's package cron (apt-get install cron)";
  if (process.getuid?.() !== 0) return "a private cron daemon needs root: run the suite as root to include it";
  try {
    execFileSync("unshare", ["--mount", "--pid", "--fork", "true"], { stdio: "ignore" });
  } catch {
    return "mount and process namespaces are off on this machine (unshare --mount --pid fails)";
  }
  return null;
}

/** Why a daemon cannot have a fast clock here; null where it can. */
export function fastClockMissing(): string | null {
  if (!existsSync("/usr/bin/faketime"))
    return "no fast clock: install Debian's package faketime (apt-get install faketime)";
  if (!existsSync("/usr/share/zoneinfo/America/New_York")) {
    return "no time zones: install Debian's package tzdata (apt-get install tzdata)";
  }
  return null;
}

// In a mount namespace of its own: an empty spool, no system crontabs, its own pid file. The spool's folder is bound from
// outside so that the test can change crontabs while the daemon runs. In a pid namespace: all its jobs end with it.
const SET_UP = `
set -e
mount --bind "$1/spool" /var/spool/cron
mount -t tmpfs tmpfs /etc/cron.d
mount --bind "$1/empty" /etc/crontab
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
`;
const RUN = `exec /usr/sbin/cron -f -L 15`;
// Cron hands its jobs a clean environment: without these variables their clock would be that of the machine.
const RUN_FAST = `
export TZ="$2" NO_FAKE_STAT=1 FAKETIME_DONT_RESET=1
exec faketime -f "$3" sh -c '
  env | sed -nE "s/^(TZ|LD_PRELOAD|.*FAKE[^=]*)=(.*)/export \\1=\\x27\\2\\x27/p" > "$0/clock"
  exec /usr/sbin/cron -f -L 15
' "$1"
`;

/** The daemon starts with its first crontab. */
export function startCronDaemon(clock?: FastClock): CronDaemon {
  const folder = mkdtempSync(join(tmpdir(), "belfry-cron-"));
  const crontabs = join(folder, "spool", "crontabs");
  mkdirSync(crontabs, { recursive: true, mode: 0o1730 });
  writeFileSync(join(folder, "empty"), "");
  let said = "";
  let daemon: ChildProcess | null = null;

  const start = (): ChildProcess => {
    const args = ["--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "private"];
    const command =
      clock === undefined
        ? [SET_UP + RUN, "sh", folder]
        : [SET_UP + RUN_FAST, "sh", folder, clock.timeZone, `@${clock.from} x${clock.speed}`];
    const child = spawn("unshare", [...args, "sh", "-c", ...command], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    return child;
  };

  return {
    clockFile: join(folder, "clock"),
    install(lines) {
      // As crontab(1) does it: cron looks for a new modification time of the folder before that of the file.
      writeFileSync(join(crontabs, "tmp.root"), `${lines.join("\n")}\n`, { mode: 0o600 });
      renameSync(join(crontabs, "tmp.root"), join(crontabs, "root"));
      daemon ??= start();
    },
    async stop() {
      if (daemon !== null && daemon.exitCode === null && daemon.signalCode === null) {
        const ended = once(daemon, "exit");
        daemon.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
    log: () => said,
  };
}
