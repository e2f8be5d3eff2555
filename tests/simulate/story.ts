import type { Transition } from "../../lib/domain/state.ts";
import { HOUR, type Instant } from "../../lib/domain/time.ts";
import type { Evidence, Truth } from "./judge.ts";
import type { Delivery, Signal } from "./network.ts";
import { type Span, touches } from "./span.ts";

/** Tells what happened to a job, and what Belfry made of it, some hours around an instant. */
export type Story = {
  tellTruth(evidence: Evidence, truth: Truth): void;
  tell(transition: Transition, at: Instant, delivery: Delivery | null): void;
};

const AROUND = 3 * HOUR;

export function storyAround(instant: Instant, print: (line: string) => void): Story {
  const window: Span = { from: instant - AROUND, to: instant + AROUND };
  const isNear = (at: Instant | null) => at !== null && touches(window, at, at);
  return {
    tellTruth({ gaps, life, traces }, { slots, troubles }) {
      const near = (span: Span) => touches(window, span.from, span.to);
      for (const { from, to } of gaps.filter(near)) print(`away    ${time(from)} to ${time(to)}`);
      for (const { from, to } of life.reboots.filter(near)) print(`reboot  ${time(from)} to ${time(to)}`);
      for (const { at, deadline, fate } of slots.filter((slot) => isNear(slot.at))) {
        print(`slot    ${time(at)} ${fate}, deadline ${time(deadline)}`);
      }
      for (const { execution, start, end } of traces.filter((trace) => isNear(trace.execution.startAt))) {
        const { slot, host, startAt, endAt, ok } = execution;
        const about = `of ${time(slot)} on host ${host}: ${time(startAt)} to ${time(endAt)}${ok ? "" : ", bad"}`;
        print(`run     ${about}; start ${signal(start)}, end ${signal(end)}`);
      }
      for (const { kind, slot, limitAt, excuse } of troubles.filter((trouble) => isNear(trouble.limitAt))) {
        print(
          `trouble ${kind}, slot ${time(slot)}, from ${time(limitAt)}${excuse === null ? "" : `, excused: ${excuse}`}`,
        );
      }
    },
    tell({ runs, removedRuns, disposition, checkAt }, at, delivery) {
      if (!isNear(at)) return;
      const what = delivery === null ? "sweep" : `${delivery.action} ${disposition ?? ""}`;
      const rows = runs.map(
        (run) => `#${run.number} ${run.outcome}×${run.count} of ${time(run.slotAt)} ${run.reason ?? ""}`,
      );
      const removed = removedRuns.map((number) => `#${number} removed`);
      print(`belfry  ${time(at)} ${[what, ...rows, ...removed, `next ${time(checkAt)}`].join("; ")}`);
    },
  };
}

function signal(sent: Signal | null): string {
  if (sent === null) return "not sent";
  if (sent.lack !== null) return sent.lack;
  return `${time(sent.arrivedAt)}${sent.againAt === null ? "" : ` and ${time(sent.againAt)}`}${sent.spooled ? " spooled" : ""}`;
}

function time(at: Instant | null): string {
  return at === null ? "-" : new Date(at).toISOString().slice(5, 19).replace("T", " ");
}
