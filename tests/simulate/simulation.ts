import { DAY, HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { liveByTheClock } from "./clock-life.ts";
import { drive } from "./driver.ts";
import { drawMember, type Member } from "./fleet.ts";
import type { Evidence, Truth } from "./judge.ts";
import { countIn, type Life } from "./life.ts";
import { type LocalTime, readLocalTime } from "./local-time.ts";
import { liveByEvents, liveInALoop } from "./loop-life.ts";
import { judgeALoop } from "./loop-truth.ts";
import { post } from "./network.ts";
import { Random } from "./random.ts";
import { judgeRuns } from "./run-truth.ts";
import { Score, type SlotMap } from "./score.ts";
import { type Agenda, keepAgenda } from "./slots.ts";
import { judgeByTheClock } from "./slot-truth.ts";
import type { Span } from "./span.ts";
import type { Story } from "./story.ts";
import { add, newTally, type Tally } from "./tally.ts";

export type Size = { jobs: number; days: number; seed: number };

/** Looks at one job of the fleet alone, and hears its story. */
export type Focus = { job: number; story: Story | null };

/** Verdicts that would be due in the last minutes are not asked for. */
const MARGIN = 10 * MINUTE;

/** Lets a fleet live and Belfry watch it; every job apart from the others, under the same absences of Belfry. */
export function simulate({ jobs, days, seed }: Size, focus: Focus | null = null): Tally {
  const random = new Random(seed);
  // The clocks of both halves of the world are changed in the weeks after the first of March.
  const from = Date.UTC(random.whole(2024, 2028), 2, 1);
  const span = { from, to: from + days * DAY };
  const gaps = drawGaps(random, span);
  const clocks = new Map<string, LocalTime>();
  const clockIn = (zone: string): LocalTime => {
    const clock = clocks.get(zone) ?? readLocalTime(zone, span);
    clocks.set(zone, clock);
    return clock;
  };
  const all = newTally();
  for (let number = 0; number < jobs; number++) {
    if (focus !== null && focus.job !== number) continue;
    const world = { span, gaps, random: new Random(seed, -1 - number), clockIn };
    add(all, simulateJob(drawMember(seed, number, from), world, focus?.story ?? null));
  }
  return all;
}

type World = { span: Span; gaps: readonly Span[]; random: Random; clockIn(zone: string): LocalTime };

function simulateJob(member: Member, { span, gaps, random, clockIn }: World, story: Story | null): Tally {
  const { drive: driven } = member;
  const clock = driven.kind === "times" ? clockIn(driven.zone) : null;
  const agenda = driven.kind === "times" && clock !== null ? keepAgenda(member, driven, clock, span) : null;
  const life = live(member, agenda, span, random);
  const offline = member.client.spools
    ? drawSpans(random, { perYear: 4, shortest: 2 * MINUTE, longest: 30 * MINUTE }, span)
    : [];
  const { traces, deliveries } = post(member, life.executions, { gaps, offline, random });
  const evidence: Evidence = { member, life, traces, gaps, until: span.to - MARGIN };
  const truth = judge(evidence, agenda);
  story?.tellTruth(evidence, truth);
  const slots = agenda === null ? loopSlots(member, truth) : cronSlots(agenda);
  const score = new Score({ evidence, truth, slots, changes: clock?.changes ?? [], label: labelOf(member) });
  drive(member, deliveries, { gaps, until: span.to, random }, (transition, at, delivery) => {
    score.observe(transition, at, delivery);
    story?.tell(transition, at, delivery);
  });
  return score.close();
}

function live(member: Member, agenda: Agenda | null, span: Span, random: Random): Life {
  const { drive: driven } = member;
  if (driven.kind === "loop") return liveInALoop(member, driven, span, random);
  if (driven.kind === "events") return liveByEvents(member, driven, span, random);
  return liveByTheClock(member, agenda ?? { fires: [], slots: [] }, span, random);
}

function judge(evidence: Evidence, agenda: Agenda | null): Truth {
  const { drive: driven } = evidence.member;
  if (agenda !== null) return judgeByTheClock(evidence, agenda.slots);
  if (driven.kind === "loop") return judgeALoop(evidence, driven);
  return { troubles: judgeRuns(evidence, () => null), slots: [] };
}

function cronSlots({ slots }: Agenda): SlotMap {
  const times = slots.map(({ at }) => at);
  const indexes = new Map(times.map((at, index) => [at, index]));
  return {
    within(from, to) {
      const first = indexes.get(from);
      if (from === to) return first === undefined ? [] : [from];
      return times.slice(first ?? 0, (indexes.get(to) ?? -1) + 1);
    },
    exact: true,
    nearest: (slot) => (indexes.has(slot) ? slot : null),
  };
}

/** Belfry counts a loop's slots from when it hears of a run, a little after its start. */
function loopSlots({ drive: driven }: Member, { slots }: Truth): SlotMap {
  const everyMs = driven.kind === "loop" ? driven.everyMs : Infinity;
  return {
    within: (from, to) =>
      Array.from({ length: Math.round((to - from) / everyMs) + 1 }, (_, index) => from + index * everyMs),
    exact: false,
    nearest(slot) {
      const near = slots.map(({ at }) => at).filter((at) => Math.abs(at - slot) < everyMs / 2);
      return near.sort((a, b) => Math.abs(a - slot) - Math.abs(b - slot))[0] ?? null;
    },
  };
}

/** When Belfry is away: some seconds at a restart, minutes, seldom hours. */
function drawGaps(random: Random, span: Span): Span[] {
  const kinds = [
    { perYear: 8, shortest: 2 * SECOND, longest: 14 * SECOND },
    { perYear: 6, shortest: 20 * SECOND, longest: 12 * MINUTE },
    { perYear: 2, shortest: 30 * MINUTE, longest: 3 * HOUR },
  ];
  const later = { from: span.from + 2 * DAY, to: span.to };
  const gaps = kinds.flatMap((kind) => drawSpans(random, kind, later)).sort((a, b) => a.from - b.from);
  return gaps.filter((gap, index) => gap.from > (gaps[index - 1]?.to ?? 0) + HOUR);
}

type SpanKind = { perYear: number; shortest: number; longest: number };

function drawSpans(random: Random, { perYear, shortest, longest }: SpanKind, within: Span): Span[] {
  return Array.from({ length: countIn(random, perYear, within) }, () => {
    const from = Math.round(random.between(within.from, within.to));
    return { from, to: from + Math.round(random.scaled(shortest, longest)) };
  });
}

function labelOf({ number, job, client, hosts, delayMs }: Member): string {
  const { schedule, limits } = job;
  const minutes = (ms: number | null) => (ms === null ? "none" : `${Math.round(ms / SECOND) / 60} min`);
  const when =
    schedule.kind === "cron"
      ? `${schedule.dialect} "${schedule.expression}" ${schedule.timeZone}`
      : schedule.kind === "interval"
        ? `every ${minutes(schedule.everyMs)}`
        : "no schedule";
  const pings = `${client.sendsStarts ? "start+end" : "end"}${client.runIds ? " with ids" : ""}${hosts.length > 1 ? ", two hosts" : ""}`;
  return `job ${number}: ${when}, grace ${minutes(limits.graceMs)}, delay ${minutes(delayMs)}, limit ${minutes(limits.maxRuntimeMs)}, ${pings}`;
}
