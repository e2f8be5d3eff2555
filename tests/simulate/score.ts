import type { Outcome, Run } from "../../lib/domain/run.ts";
import type { Transition } from "../../lib/domain/state.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { causeOf, type FalseAlarm } from "./causes.ts";
import { type Evidence, type SlotTruth, type Trouble, type Truth } from "./judge.ts";
import type { Delivery, Trace } from "./network.ts";
import { includes } from "./span.ts";
import { newTally, note, type Tally } from "./tally.ts";

/** How Belfry's rows lie on the job's slots. */
export type SlotMap = {
  /** All slots from the first to the last of a row. */
  within(from: Instant, to: Instant): readonly Instant[];
  /** Whether both count the same slots, to the second. */
  exact: boolean;
  /** The true slot that a row's slot stands for; null where there is none. */
  nearest(slot: Instant): Instant | null;
};

/** All that one job is scored by. */
export type Case = { evidence: Evidence; truth: Truth; slots: SlotMap; changes: readonly Instant[]; label: string };

/** A verdict may come so much later than its deadline. */
const PATIENCE: Millis = 5 * SECOND;
/** After our own gaps, clients get so long to come again. */
const AFTER_GAP: Millis = 5 * SECOND;

/** At most so many runs of a job may be open. */
const MAX_OPEN_RUNS = 50;

type Row = { outcome: Outcome; from: Instant | null; to: Instant | null };

/** Holds what Belfry says of one job against the truth. */
export class Score {
  readonly tally: Tally = newTally();
  readonly #case: Case;
  readonly #rows = new Map<number, Row>();
  readonly #owners = new Map<Instant, number>();
  readonly #traces = new Map<number, Trace>();
  readonly #missed = new Map<Instant, Trouble>();
  readonly #bad = new Map<Trace, Trouble>();

  constructor(one: Case) {
    this.#case = one;
    for (const trouble of one.truth.troubles) {
      if (trouble.trace !== null) this.#bad.set(trouble.trace, trouble);
      else if (trouble.slot !== null) this.#missed.set(trouble.slot, trouble);
    }
  }

  observe(
    { runs, removedRuns, alerts, pingRunNumber, state }: Transition,
    at: Instant,
    delivery: Delivery | null,
  ): void {
    const { tally } = this;
    if (delivery !== null) {
      tally.pings += 1;
      // A run takes over the number of a verdict that it replaces.
      const isFirst = delivery.action === "start" || !this.#traces.has(pingRunNumber ?? 0);
      if (pingRunNumber !== null && isFirst) this.#traces.set(pingRunNumber, delivery.trace);
    }
    for (const { event, incident } of alerts) {
      if (event !== "opened") continue;
      if (incident.severity === "critical") tally.criticalAlerts += 1;
      else if (incident.cause === "overlap") tally.overlapWarnings += 1;
      else this.#fault(at, `a warning, ${incident.cause}, that nothing bears out`);
    }
    if (state.openRuns.length > MAX_OPEN_RUNS) this.#fault(at, `${state.openRuns.length} runs are open`);
    // Slots may pass from one row to another, so all are given up before any is taken.
    for (const number of removedRuns) this.#release(number);
    const before = runs.map((run) => this.#moveOut(run));
    runs.forEach((run, index) => this.#book(run, before[index] ?? null, at, delivery));
  }

  /** Looks at what is left when the year is over. */
  close(): Tally {
    const { tally } = this;
    const { truth } = this.#case;
    const { until } = this.#case.evidence;
    const slots = truth.slots.filter(({ deadline }) => deadline <= until);
    tally.slots = slots.length;
    for (const slot of slots) this.#checkLastWord(slot);
    for (const trouble of truth.troubles) if (trouble.limitAt <= until) this.#count(trouble);
    return tally;
  }

  #release(number: number): void {
    const row = this.#rows.get(number);
    if (row === undefined) return;
    this.#rows.delete(number);
    for (const slot of this.#slotsOf(row)) if (this.#owners.get(slot) === number) this.#owners.delete(slot);
  }

  /** What a row said before; its slots are free afterwards, unless they are the same as before. */
  #moveOut({ number, slotAt, lastSlotAt }: Run): Row | null {
    const row = this.#rows.get(number) ?? null;
    if (row !== null && (row.from !== slotAt || row.to !== lastSlotAt)) this.#release(number);
    return row;
  }

  #book(run: Run, before: Row | null, at: Instant, delivery: Delivery | null): void {
    const { number, outcome } = run;
    const row: Row = { outcome, from: run.slotAt, to: run.lastSlotAt };
    if (!this.#rows.has(number)) this.#take(number, row, at);
    this.#rows.set(number, row);
    const isNews = before?.outcome !== outcome;
    if (outcome === "missed") this.#hearOfMisses(row, isNews ? null : before, at);
    else if (outcome === "failed" && isNews) this.#hearOfFailure(run, at, delivery);
    else if ((outcome === "overlong" || outcome === "abandoned") && isNews) this.#hearOfLength(run, at);
  }

  #take(number: number, row: Row, at: Instant): void {
    const slots = this.#slotsOf(row);
    if (row.from !== null && slots[0] !== row.from) {
      this.#fault(at, `row ${number} is about ${time(row.from)}, which is no slot`);
    }
    for (const slot of slots) {
      if (this.#owners.has(slot)) this.#fault(slot, `two verdicts stand, the later is ${row.outcome}`);
      this.#owners.set(slot, number);
    }
  }

  #slotsOf({ from, to }: Row): readonly Instant[] {
    return from === null ? [] : this.#case.slots.within(from, to ?? from);
  }

  #hearOfMisses(row: Row, known: Row | null, at: Instant): void {
    for (const slot of this.#slotsOf(row)) {
      if (known !== null && slot >= (known.from ?? slot + 1) && slot <= (known.to ?? slot)) continue;
      const trouble = this.#missed.get(this.#case.slots.nearest(slot) ?? slot);
      if (trouble === undefined) this.#falseAlarm("missed", { from: slot, at, trace: null });
      else trouble.detectedAt ??= at;
    }
  }

  #hearOfFailure(run: Run, at: Instant, delivery: Delivery | null): void {
    const trouble = delivery === null ? undefined : this.#bad.get(delivery.trace);
    if (trouble?.kind !== "failed" || trouble.detectedAt !== null) {
      this.#falseAlarm("failed", { from: run.startedAt ?? at, at, trace: delivery?.trace ?? null });
    } else trouble.detectedAt = at;
  }

  #hearOfLength(run: Run, at: Instant): void {
    const trace = this.#traces.get(run.number);
    const trouble = trace === undefined ? undefined : this.#bad.get(trace);
    // A failure that was never told of looks like a run without an end.
    const unheard = trouble?.kind === "failed" && trouble.excuse !== null;
    if (trouble === undefined || (trouble.kind === "failed" && !unheard)) {
      this.#falseAlarm(run.outcome, { from: run.slotAt ?? run.startedAt ?? at, at, trace: trace ?? null });
    } else trouble.detectedAt ??= at;
  }

  #falseAlarm(outcome: Outcome, alarm: FalseAlarm): void {
    const { evidence, changes } = this.#case;
    if (alarm.at > evidence.until) return;
    const cause = causeOf(evidence, changes, alarm);
    if (cause === null) {
      this.tally.falseAlarmsFromLostPings += 1;
      return;
    }
    this.tally.falseAlarms[cause] += 1;
    note(
      this.tally,
      `false alarm (${cause}): ${outcome} of ${time(alarm.from)}, said at ${time(alarm.at)}; ${this.#case.label}`,
    );
  }

  #count(trouble: Trouble): void {
    const { tally } = this;
    const { kind, slot, trace, limitAt, excuse, detectedAt } = trouble;
    if (excuse !== null) {
      tally.undetectable[excuse] += 1;
      return;
    }
    tally.trueFailures[kind] += 1;
    const delay = detectedAt === null ? null : Math.max(0, detectedAt - limitAt);
    if (delay !== null && delay <= this.#patienceAt(limitAt)) {
      tally.detected[kind] += 1;
      tally.delaysMs.push(delay);
      return;
    }
    const what = delay === null ? "not detected" : `detected ${Math.round(delay / SECOND)} s late`;
    const start = trace === null ? "" : `, started ${time(trace.execution.startAt)}`;
    note(
      tally,
      `${what}: ${kind}, slot ${slot === null ? "none" : time(slot)}${start}, due ${time(limitAt)}; ${this.#case.label}`,
    );
  }

  #patienceAt(limitAt: Instant): Millis {
    const gap = this.#case.evidence.gaps.find((span) => includes(span, limitAt));
    return PATIENCE + (gap === undefined ? 0 : gap.to - limitAt + AFTER_GAP);
  }

  #checkLastWord({ at, deadline, fate, heard }: SlotTruth): void {
    const { evidence } = this.#case;
    if (!this.#case.slots.exact) return;
    const owner = this.#owners.get(at);
    const said = owner === undefined ? null : (this.#rows.get(owner)?.outcome ?? null);
    if (said === null) this.#fault(at, "no verdict stands");
    if (said === null || said === "unknown") return;
    const empty = said === "missed" || said === "skipped";
    const wrong = fate === "missed" ? said === "skipped" : fate === "ran" ? heard && empty : heard && said === "missed";
    if (!wrong || (fate !== "ran" && causeOf(evidence, [], { from: at, at: deadline + MINUTE, trace: null }) === null))
      return;
    this.tally.wrongVerdicts += 1;
    note(
      this.tally,
      `wrong at last: ${said} stands for ${time(at)}, which ${fate === "ran" ? "ran" : `was ${fate}`}; ${this.#case.label}`,
    );
  }

  #fault(at: Instant, what: string): void {
    this.tally.faults += 1;
    note(this.tally, `fault: ${time(at)}: ${what}; ${this.#case.label}`);
  }
}

function time(at: Instant): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
