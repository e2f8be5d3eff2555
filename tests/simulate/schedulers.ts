import {
  computeInstants,
  type Daemon,
  followTheClock,
  keepOwnClock,
  neverGoBack,
  runAtTheJump,
  waitForTheLast,
} from "./daemons.ts";
import {
  writeCrontab,
  writeEventBridge,
  writeFiveFields,
  writeOnCalendar,
  writeQuartz,
  writeSixFields,
  type Writer,
} from "./expressions.ts";
import { askTheLibrary } from "./queue-daemon.ts";
import type { DayRule, WallTimes } from "./wall-times.ts";

/** A scheduler as it is known from measurements, not from the code under test. */
export type Scheduler = {
  write: Writer;
  daemon: Daemon;
  /** How the two day fields go together; null where both cannot be set. */
  dayRule: DayRule | null;
  /** What it writes is what any crontab says, so whoever names no scheduler may mean it. */
  plain: boolean;
  /** A job may start at a certain second. */
  seconds: boolean;
  /** How often people let it make up for a run that fell into a reboot. */
  catchesUp: number;
  /** How often it does not start a job that is still running. */
  waits: number;
  /** Zones in which it fails to find its next time at a change of the clock, so that nobody can use it there. */
  lostIn?: readonly string[];
};

const CRONTAB = {
  write: writeCrontab,
  dayRule: "either",
  plain: true,
  seconds: false,
  catchesUp: 0,
  waits: 0,
} as const;
const PLAIN = { ...CRONTAB, write: writeFiveFields } as const;
const SPECIAL = { ...PLAIN, plain: false } as const;

// Cronos takes a job for one at intervals where minute or hour are written with a sign.
const isInterval = ({ minutes, hours }: WallTimes) => minutes.text !== "list" || hours.text !== "list";

/** By the name of the dialect. */
export const SCHEDULERS: Readonly<Record<string, Scheduler>> = {
  vixie: { ...CRONTAB, daemon: keepOwnClock },
  cronie: { ...CRONTAB, daemon: keepOwnClock },
  "cronie-crontz": { ...CRONTAB, daemon: followTheClock },
  busybox: { ...PLAIN, daemon: followTheClock, waits: 1 },
  systemd: {
    ...SPECIAL,
    write: writeOnCalendar,
    daemon: neverGoBack,
    dayRule: "both",
    seconds: true,
    catchesUp: 0.6,
    waits: 1,
  },
  kubernetes: { ...PLAIN, daemon: followTheClock, catchesUp: 1, waits: 0.5 },
  sidekiq: { ...PLAIN, daemon: followTheClock },
  spring: { ...SPECIAL, write: writeSixFields, daemon: followTheClock, dayRule: "both", seconds: true },
  quartz: { ...SPECIAL, write: writeQuartz, daemon: waitForTheLast, dayRule: null, seconds: true, catchesUp: 0.5 },
  hangfire: { ...PLAIN, daemon: runAtTheJump(isInterval), dayRule: "both", catchesUp: 0.7, waits: 0.3 },
  celery: { ...PLAIN, daemon: runAtTheJump(() => false), dayRule: "both" },
  bullmq: { ...SPECIAL, daemon: askTheLibrary, lostIn: ["Australia/Lord_Howe", "Pacific/Chatham"], catchesUp: 0.5 },
  "node-cron": { ...PLAIN, daemon: computeInstants, dayRule: "both", waits: 0.2 },
  github: { ...PLAIN, daemon: runAtTheJump(() => false) },
  eventbridge: { ...SPECIAL, write: writeEventBridge, daemon: neverGoBack, dayRule: null },
};

/** The scheduler of a dialect. Throws where the simulator has not met it yet. */
export function schedulerOf(dialect: string): Scheduler {
  const scheduler = SCHEDULERS[dialect];
  if (scheduler === undefined)
    throw new Error(`The simulator knows no scheduler "${dialect}": add it to schedulers.ts.`);
  return scheduler;
}
