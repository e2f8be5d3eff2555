import { describe, expect, test } from "vitest";
import { createBundles } from "../../../lib/domain/alerting/bundles.ts";
import type { JobAlertEvent } from "../../../lib/domain/incident.ts";
import { MINUTE } from "../../../lib/domain/time.ts";
import { counter, NOW, pending } from "../../support/pending.ts";

type Told = [job: string, event: JobAlertEvent, changes?: { to?: string; outageId?: string | null; at?: number }];

/** The message of each, asked in this order. */
function bundle(...told: Told[]): (string | null)[] {
  const bundleOf = createBundles(counter());
  return told.map(([job, event, { to = "ops", outageId = "outage", at = NOW } = {}]) =>
    bundleOf({ alert: pending(job, { event }), outageId, to, at, onlyIf: null }),
  );
}

describe("alerts of one outage that tell the same", () => {
  test("are one message, alarms and recoveries apart", () => {
    expect(bundle(["a", "opened"], ["b", "opened"], ["a", "resolved"], ["b", "resolved"])).toEqual([
      ...["new 1", "new 1"],
      ...["new 2", "new 2"],
    ]);
  });

  test("are not one with those of another outage, of another time, and of none", () => {
    const others = [{ outageId: "other" }, { at: NOW + MINUTE }, { outageId: null }];
    expect(bundle(["a", "opened"], ...others.map((changes): Told => ["b", "opened", changes]))).toEqual([
      ...["new 1", "new 2", "new 3"],
      null,
    ]);
  });
});

describe("a job that recovers and fails again", () => {
  test("keeps no two messages waiting for each other", () => {
    expect(bundle(["a", "resolved"], ["a", "opened"], ["b", "opened"], ["b", "resolved"], ["a", "resolved"])).toEqual([
      "new 1",
      "new 2",
      "new 2",
      "new 3",
      "new 3",
    ]);
  });

  test("does not, by way of others, either", () => {
    const again = bundle(
      ["a", "opened"],
      ["a", "resolved"],
      ["b", "resolved"],
      ["b", "changed"],
      ["c", "changed"],
      ["c", "opened"],
    );
    expect(again).toEqual(["new 1", "new 2", "new 2", "new 3", "new 3", "new 4"]);
  });

  test("is of no concern to another receiver", () => {
    expect(bundle(["a", "opened"], ["a", "resolved"], ["a", "opened", { to: "mail" }])).toEqual([
      "new 1",
      "new 2",
      "new 1",
    ]);
  });
});
