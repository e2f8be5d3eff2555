import { DEFAULT_LIMITS, type Dialect, type Job, type Limits, type ScheduleSpec } from "../../lib/domain/job.ts";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";
import { DAY, HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { drawHabits, type Habits } from "./habits.ts";
import { Random } from "./random.ts";
import { drawTimes, PERIOD, type Rhythm } from "./rhythms.ts";
import { type Scheduler, schedulerOf } from "./schedulers.ts";
import type { WallTimes } from "./wall-times.ts";

/** What makes a job run. `family`: all that its scheduler may be as far as Belfry was told. */
export type Drive =
  | { kind: "times"; scheduler: Scheduler; family: readonly Scheduler[]; times: WallTimes; zone: string }
  | { kind: "loop"; everyMs: Millis; sleepsAfterRuns: boolean }
  | { kind: "events"; meanMs: Millis };

/** How a job tells of its runs. */
export type Client = {
  sendsStarts: boolean;
  runIds: boolean;
  /** The job goes on only when a ping was answered or given up, so that its pings keep their order. */
  waitsForAnswers: boolean;
  /** Pings that cannot be delivered are kept, and sent later with their time. */
  spools: boolean;
};

/** A machine that runs the job; `skewMs`: how far its clock is ahead. */
export type Host = { skewMs: Millis; source: string; name: string | null };

/** A job of the fleet: what Belfry is told of it, and what it is really like. */
export type Member = {
  number: number;
  job: Job;
  drive: Drive;
  periodMs: Millis;
  /** The most that a start is put off on purpose. */
  delayMs: Millis;
  habits: Habits;
  client: Client;
  hosts: readonly Host[];
};

type Kind = Rhythm | "loop" | "events";

const KINDS: Readonly<Record<Kind, number>> = {
  "quarter-hour": 1,
  pair: 3,
  hourly: 35,
  "few-hours": 4,
  daily: 46,
  weekly: 4,
  monthly: 1,
  loop: 4,
  events: 2,
};

const ZONES: readonly string[] = [
  ..."UTC Europe/Riga Europe/London Europe/Vienna Europe/Dublin America/New_York America/Los_Angeles".split(" "),
  ..."America/Denver America/St_Johns America/Santiago America/Havana America/Sao_Paulo America/Nuuk".split(" "),
  ..."Atlantic/Azores Africa/Cairo Africa/Casablanca Asia/Beirut Asia/Jerusalem Asia/Kolkata Asia/Tokyo".split(" "),
  ..."Australia/Sydney Australia/Lord_Howe Pacific/Auckland Pacific/Chatham Antarctica/Troll".split(" "),
];

/** Makes the `number`th job of a seed's fleet. */
export function drawMember(seed: number, number: number, since: Instant): Member {
  const random = new Random(seed, number);
  const { schedule, drive, ...pace } = drawSchedule(random, random.weighted(KINDS), number);
  const twoHosts = drive.kind === "times" && random.chance(0.08);
  const limits = drawLimits(random, pace, twoHosts);
  const client = drawClient(random);
  const scheduler = drive.kind === "times" ? drive.scheduler : null;
  const waits = scheduler !== null && random.chance(scheduler.waits);
  const habits = drawHabits(random, {
    ...pace,
    graceMs: limits.graceMs ?? Math.min(Math.max(pace.periodMs / 5, MINUTE), HOUR),
    sendsStarts: client.sendsStarts,
    oneAtATime: scheduler === null,
    catchesUp: scheduler !== null && random.chance(scheduler.catchesUp),
    waits,
    locks: !waits && scheduler !== null && random.chance(twoHosts ? 0.5 : 0.1),
    runIds: client.runIds,
  });
  // Without run ids nobody can tell which of two overlapping runs has ended.
  const alone = habits.waits || habits.locks;
  const runIds = client.runIds || (habits.overlaps && !alone) || (habits.maxRuntimeMs ?? 0) > pace.periodMs;
  return {
    number,
    job: {
      id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
      schedule,
      scheduleSince: since,
      limits: { ...limits, maxRuntimeMs: habits.maxRuntimeMs, minRuntimeMs: habits.minRuntimeMs },
      usual: null,
    },
    drive,
    ...pace,
    habits,
    client: { ...client, runIds },
    hosts: Array.from({ length: twoHosts ? 2 : 1 }, (_, index) => drawHost(random, number, index)),
  };
}

type Pace = { kind: Kind; periodMs: Millis; delayMs: Millis; jitterMs: Millis };

function drawSchedule(random: Random, kind: Kind, number: number): Pace & { schedule: ScheduleSpec; drive: Drive } {
  if (kind === "events") {
    const drive: Drive = { kind, meanMs: random.scaled(HOUR, DAY) };
    return { kind, schedule: { kind: "none" }, drive, periodMs: HOUR, delayMs: 0, jitterMs: 0 };
  }
  if (kind === "loop") {
    const everyMs = random.pick([10 * MINUTE, 30 * MINUTE, HOUR, HOUR, 6 * HOUR, DAY]);
    const drive: Drive = { kind, everyMs, sleepsAfterRuns: random.chance(0.5) };
    return { kind, schedule: { kind: "interval", everyMs }, drive, periodMs: everyMs, delayMs: 0, jitterMs: 0 };
  }
  return drawCron(random, kind, number);
}

function drawCron(random: Random, wanted: Rhythm, number: number): Pace & { schedule: ScheduleSpec; drive: Drive } {
  // In turn, so that small fleets know them all.
  const name = NAMES[number % NAMES.length] ?? "vixie";
  const scheduler = schedulerOf(name);
  const usualDelay = DIALECTS[name].jitterMs;
  const rhythm = usualDelay > PERIOD[wanted] / 4 ? "daily" : wanted;
  const unnamed = scheduler.plain && random.chance(0.15);
  const second = scheduler.seconds && random.chance(0.3) ? random.whole(1, 59) : 0;
  const times = drawTimes(random, rhythm, { second, bothDays: scheduler.dayRule !== null && !unnamed });
  const zone = random.pick(ZONES.filter((each) => !(scheduler.lostIn ?? []).includes(each)));
  const usualJitterMs = unnamed ? 0 : usualDelay;
  // Whoever names no scheduler must say how long it may wait.
  const jitterMs = Math.max(drawJitter(random, rhythm), unnamed ? usualDelay : 0);
  const dialect: Dialect = unnamed ? "auto" : name;
  return {
    kind: rhythm,
    schedule: { kind: "cron", dialect, expression: scheduler.write(times), timeZone: zone },
    drive: { kind: "times", scheduler, family: unnamed ? PLAIN : [scheduler], times, zone },
    periodMs: PERIOD[rhythm],
    delayMs: usualJitterMs + jitterMs,
    jitterMs,
  };
}

const NAMES = namesOf(DIALECTS);
const PLAIN: readonly Scheduler[] = NAMES.map(schedulerOf).filter((scheduler) => scheduler.plain);

// An object literal typed as a record has the keys of the record and no others.
function namesOf<T extends string>(record: Readonly<Record<T, unknown>>): T[] {
  return Object.keys(record) as T[];
}

/** What the job's owner adds to its start by chance, to spread the load. */
function drawJitter(random: Random, rhythm: Rhythm): Millis {
  const longest = PERIOD[rhythm] >= DAY ? 30 * MINUTE : PERIOD[rhythm] / 12;
  return random.chance(0.15) ? random.whole(5, longest / SECOND) * SECOND : 0;
}

const GRACES: Readonly<Record<Kind, readonly (Millis | null)[]>> = {
  "quarter-hour": [2 * MINUTE, 3 * MINUTE, null],
  pair: [2 * MINUTE, 3 * MINUTE, 5 * MINUTE],
  hourly: [2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE],
  "few-hours": [5 * MINUTE, 10 * MINUTE],
  daily: [10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR, null],
  weekly: [30 * MINUTE, HOUR, null],
  monthly: [HOUR, null],
  loop: [3 * MINUTE, 5 * MINUTE, 10 * MINUTE],
  events: [null],
};

function drawLimits(random: Random, { kind, periodMs, jitterMs }: Pace, twoHosts: boolean): Limits {
  const graceMs = random.pick(GRACES[kind]);
  return {
    ...DEFAULT_LIMITS,
    graceMs: graceMs === null ? null : Math.min(graceMs, periodMs / 3),
    jitterMs,
    failuresToOpen: random.chance(0.1) ? 2 : 1,
    successesToClose: random.chance(0.1) ? 2 : 1,
    overlap: twoHosts || random.chance(0.5) ? "allow" : "alert",
  };
}

function drawClient(random: Random): Client {
  const sendsStarts = random.chance(0.5);
  const runIds = sendsStarts && random.chance(0.45);
  // A line of a shell sends one ping after the other; what does not wait has run ids, or nobody could put it in order.
  const waitsForAnswers = !runIds || random.chance(0.3);
  return { sendsStarts, runIds, waitsForAnswers, spools: random.chance(0.1) };
}

const WORST_SKEW: Millis = 30 * SECOND;

function drawHost(random: Random, number: number, index: number): Host {
  return {
    skewMs: random.chance(0.5) ? random.between(-WORST_SKEW, WORST_SKEW) : random.between(-SECOND, SECOND),
    source: `192.0.2.${index + 1}`,
    name: random.chance(0.4) ? `host-${number}-${index}` : null,
  };
}
