import { HOUR, type Instant, type Millis, MINUTE } from "../../lib/domain/time.ts";
import type { Drive, Member } from "./fleet.ts";
import type { LocalTime } from "./local-time.ts";
import type { Scheduler } from "./schedulers.ts";
import type { Span } from "./span.ts";
import { markMinutes } from "./wall-times.ts";

/** A time at which something may start the job. */
export type Slot = {
  at: Instant;
  /** A first sign before it belongs to the slot before. */
  opensAt: Instant;
  /** Whoever has heard nothing by then should worry. */
  deadline: Instant;
  /** Everything that may be its scheduler starts it then. */
  required: boolean;
  /** Its scheduler starts it then. */
  meant: boolean;
};

/** A job's year as its scheduler sees it. */
export type Agenda = {
  /** When the scheduler starts the job; one time repeated where it catches up. */
  fires: readonly Instant[];
  /** When anything starts it that may be its scheduler; each time once. */
  slots: readonly Slot[];
};

/** Lets the scheduler of a job look at the clock, minute by minute. */
export function keepAgenda(member: Member, drive: Drive & { kind: "times" }, clock: LocalTime, span: Span): Agenda {
  const { times, zone } = drive;
  const { minutes: local, changes, ahead } = clock;
  const marked = new Uint8Array(clock.length);
  const fire = ({ daemon, dayRule }: Scheduler): Instant[] => {
    markMinutes(marked, times, clock.firstDay, dayRule ?? "both");
    return daemon({ local, marked, times, ahead, zone, from: span.from, changes }).map(
      (minute) => span.from + minute * MINUTE + times.second * 1000,
    );
  };
  const fires = fire(drive.scheduler);
  const others = drive.family.filter((other) => other !== drive.scheduler).map(fire);
  return {
    fires,
    slots: slotsOf(
      member,
      [fires, ...others].map((each) => new Set(each)),
    ),
  };
}

/** The first of the schedulers is the job's own. */
function slotsOf({ job, delayMs, periodMs }: Member, schedulers: readonly ReadonlySet<Instant>[]): Slot[] {
  const [own = new Set(), ...others] = schedulers;
  const all =
    others.length === 0 ? [...own] : [...new Set(schedulers.flatMap((times) => [...times]))].sort((a, b) => a - b);
  const required = others.length === 0 ? all : all.filter((at) => schedulers.every((times) => times.has(at)));
  let index = 0;
  return all.map((at) => {
    while ((required[index] ?? Infinity) < at) index += 1;
    const isRequired = required[index] === at;
    // A slot that may stay empty is nobody's neighbour.
    const before = required[index - 1] ?? at - periodMs;
    const after = required[index + (isRequired ? 1 : 0)] ?? at + periodMs;
    return {
      at,
      opensAt: at - Math.min(MINUTE, (at - before) / 10),
      deadline: at + delayMs + (job.limits.graceMs ?? usualGrace(after - at)),
      required: isRequired,
      meant: others.length === 0 || own.has(at),
    };
  });
}

/** What Belfry promises where nothing is said: a fifth of the interval, between a minute and an hour. */
export function usualGrace(intervalMs: Millis): Millis {
  return Math.min(Math.max(intervalMs / 5, MINUTE), HOUR);
}
