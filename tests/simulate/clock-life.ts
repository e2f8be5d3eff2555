import { type Instant, SECOND } from "../../lib/domain/time.ts";
import type { Host, Member } from "./fleet.ts";
import {
  clearOf,
  countIn,
  drawEnding,
  drawReboots,
  type Ending,
  type Execution,
  killBy,
  leaveOut,
  type Life,
  rebootAt,
} from "./life.ts";
import { CLOSE_CALL } from "./habits.ts";
import type { Random } from "./random.ts";
import type { Agenda, Slot } from "./slots.ts";
import type { Span } from "./span.ts";

/** A job that was just set up is watched by its owner: its first runs go well. */
export const CAREFUL_RUNS = 3;

/** How far apart runs start that are caught up. */
const BURST = 10 * SECOND;

/** What happens to a job that a scheduler starts. */
export function liveByTheClock(member: Member, agenda: Agenda, span: Span, random: Random): Life {
  const leftOut = new Set<Instant>();
  const lives = member.hosts.map((host, index) => {
    const careful = agenda.fires[CAREFUL_RUNS] ?? span.to;
    const reboots = drawReboots(random, member.habits.reboots, { from: careful, to: span.to });
    const dead = drawDeadFires(random, member, agenda.fires.length, span);
    return { reboots, executions: runHost({ member, agenda, span, random, host, index, reboots, dead, leftOut }) };
  });
  const executions = lives.flatMap((life) => life.executions).sort((a, b) => a.startAt - b.startAt);
  return {
    executions: member.habits.locks ? lock(executions) : executions,
    leftOut,
    reboots: lives.flatMap(({ reboots }) => reboots),
  };
}

/** Of all machines only one runs the job at a time. */
function lock(executions: readonly Execution[]): Execution[] {
  let heldUntil = 0;
  return executions.map((execution) => {
    if (execution.startAt < heldUntil) return leaveOut(execution);
    heldUntil = execution.goneAt;
    return execution;
  });
}

type Machine = {
  member: Member;
  agenda: Agenda;
  span: Span;
  random: Random;
  host: Host;
  index: number;
  reboots: readonly Span[];
  dead: ReadonlySet<number>;
  leftOut: Set<Instant>;
};

function runHost(machine: Machine): Execution[] {
  const { member, agenda, index, dead, leftOut } = machine;
  const executions: Execution[] = [];
  const { fires, slots } = agenda;
  let burst = 0;
  let slotNumber = 0;
  fires.forEach((at, number) => {
    burst = fires[number - 1] === at ? burst + 1 : 0;
    while ((slots[slotNumber]?.at ?? at) < at) slotNumber += 1;
    const slot = slots[slotNumber];
    if (slot === undefined || dead.has(number)) return;
    const fire: Fire = { slot, burst, careful: number < CAREFUL_RUNS, next: nextAfter(fires, number) };
    const startAt = startOf(machine, fire);
    if (startAt === null) return;
    if (member.habits.waits && (executions.at(-1)?.goneAt ?? 0) > startAt) leftOut.add(at);
    else executions.push({ slot: at, host: index, startAt, ...endingOf(machine, fire, startAt) });
  });
  return executions;
}

function nextAfter(fires: readonly Instant[], number: number): Instant {
  const at = fires[number] ?? 0;
  for (let later = number + 1; later < fires.length; later++) {
    const next = fires[later] ?? at;
    if (next > at) return next;
  }
  return Infinity;
}

/** One time at which the scheduler starts the job, `burst` runs after the first for the same slot. */
type Fire = { slot: Slot; burst: number; careful: boolean; next: Instant };

/** When the scheduler really starts the job; null where the machine is down and nothing is caught up. */
function startOf({ member, random, host, reboots }: Machine, { slot, burst, next }: Fire): Instant | null {
  const wakes = slot.at - host.skewMs + burst * BURST;
  const startAt = wakes + random.between(0, member.delayMs) + random.between(0.05, 2) * SECOND;
  const reboot = rebootAt(reboots, wakes, startAt);
  if (reboot === null) return startAt;
  if (!member.habits.catchesUp || next - host.skewMs <= reboot.to) return null;
  return clearOf(slot.deadline, reboot.to + random.between(3, 30) * SECOND);
}

function endingOf(machine: Machine, { slot, burst, careful, next }: Fire, startAt: Instant): Ending {
  const { member, span, random, host, reboots } = machine;
  const ending = drawEnding(random, member, {
    startAt,
    share: (startAt - span.from) / (span.to - span.from),
    // Runs that are caught up together look like one that is told of again: only the first of them is told apart.
    healthy: careful || burst > 0,
    latestEnd:
      member.client.runIds || member.habits.waits || member.habits.locks ? Infinity : next - host.skewMs - CLOSE_CALL,
  });
  const alive = killBy(reboots, startAt, ending);
  if (alive.endAt === null) return alive;
  const endAt = member.client.sendsStarts
    ? clearOfNext(member, next, { startAt, endAt: alive.endAt })
    : clearOf(slot.deadline, alive.endAt);
  return { ...alive, endAt, goneAt: endAt, aliveUntil: endAt };
}

/** Clocks are no further apart. */
const SKEW = 45 * SECOND;

/**
 * Where starts are put off, nobody can see by how much a machine's clock is ahead, and so whether a scheduler that waits
 * for the run before still saw it right before a slot.
 */
function clearOfNext({ habits, delayMs }: Member, next: Instant, run: { startAt: Instant; endAt: Instant }): Instant {
  const unclear = habits.waits && delayMs > 0 && run.endAt > next - SKEW && run.endAt <= next;
  return unclear ? Math.max(run.startAt + SECOND, run.endAt - SKEW) : run.endAt;
}

function drawDeadFires(random: Random, { habits }: Member, fires: number, span: Span): Set<number> {
  const dead = new Set<number>();
  for (let spell = countIn(random, habits.deadSpells, span); spell > 0; spell--) {
    const first = random.whole(CAREFUL_RUNS, fires);
    const length = random.whole(1, 4);
    for (let fire = first; fire < first + length; fire++) dead.add(fire);
  }
  return dead;
}
