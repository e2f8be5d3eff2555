import { describe, expect, test } from "vitest";
import type { AlertChannel, AlertJob } from "../../../lib/domain/alerting/pending.ts";
import { MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { PlannedProject } from "../../support/planned-project.ts";

const CHANNELS: AlertChannel[] = [{ id: "all", keepsIncidents: false, rules: {} }];

const JOBS: AlertJob[] = ["a", "b", "c"].map((name) => {
  return { id: name, name, tags: [], host: "db-03", channelIds: null, upstreamIds: [] };
});
const [A, B, C] = [0, 1, 2];

/** An outage of two jobs that recover a minute later, of which one fails again at once while others may still be due. */
function recoverAndFail(): PlannedProject {
  const project = new PlannedProject(CHANNELS, JOBS);
  for (const job of [A, B]) project.open(job);
  project.pass(MINUTE);
  for (const job of [A, B]) project.end(job);
  project.drained = false;
  project.open(A);
  return project;
}

/** Each message as what it tells of which job, in the order in which they are sent. */
function messagesOf({ deliveries }: PlannedProject): string[][] {
  const bundles = [...new Set(deliveries.map(({ bundle, alert }) => bundle ?? alert.id))];
  return bundles.map((name) =>
    deliveries
      .filter(({ bundle, alert }) => (bundle ?? alert.id) === name)
      .map(({ alert }) => `${alert.job.name} ${alert.event}`),
  );
}

describe("the ends of an outage's jobs, of which one fails again at once", () => {
  test("are told together, before that", () => {
    const project = recoverAndFail();
    project.pass(MINUTE);
    expect(messagesOf(project)).toEqual([["a opened", "b opened"], ["a resolved", "b resolved"], ["a opened"]]);
  });

  test("are told together where that turns out to be an outage of its own", () => {
    const project = recoverAndFail();
    project.pass(SECOND);
    project.open(C);
    project.pass(MINUTE);
    expect(messagesOf(project)).toEqual([
      ["a opened", "b opened"],
      ["a resolved", "b resolved"],
      ["a opened", "c opened"],
    ]);
  });

  test("are told together where it is well again before others are gathered: a short trouble is told as well", () => {
    const project = recoverAndFail();
    project.pass(SECOND);
    project.end(A);
    project.pass(MINUTE);
    expect(messagesOf(project)).toEqual([
      ["a opened", "b opened"],
      ["a resolved", "b resolved"],
      ["a opened"],
      ["a resolved"],
    ]);
  });
});
