import { describe, expect, test } from "vitest";
import { drillSummary, type DrillResultView, isUnderWay, resultWords } from "../../../components/drills/drill-view.ts";

const RESULT: DrillResultView = {
  ...{ deliveryId: "1", to: "Ops", kindLabel: "Slack", state: "sent", attempts: 1, sentAt: 1_000, status: 200 },
  ...{ answer: "ok", seenAt: null, seenBy: null },
};

describe("what became of a drill's message", () => {
  test("is said in a word, with the attempts where it took more than one", () => {
    expect(resultWords(RESULT).label).toBe("arrived");
    expect(resultWords({ state: "pending", attempts: 0 })).toMatchObject({ label: "on its way", tone: "running" });
    expect(resultWords({ state: "sending", attempts: 4 })).toMatchObject({
      label: "not yet, 4 attempts",
      tone: "late",
    });
    expect(resultWords({ state: "dead", attempts: 1 })).toMatchObject({ label: "did not arrive", tone: "down" });
  });

  test("is summed up", () => {
    const seen = { ...RESULT, seenAt: 2_000 };
    expect(drillSummary([RESULT, seen, { ...RESULT, state: "dead" }])).toBe("2 of 3 arrived, 1 seen");
  });

  test("is looked at again while somebody may still confirm it, for as long as a channel has time", () => {
    const drill = { id: "1", startedAt: 0, requestedBy: null, results: [RESULT] };
    expect(isUnderWay(drill, 10, 100)).toBe(true);
    expect(isUnderWay(drill, 100, 100)).toBe(false);
    expect(isUnderWay({ ...drill, results: [{ ...RESULT, seenAt: 5 }] }, 10, 100)).toBe(false);
    expect(isUnderWay({ ...drill, results: [] }, 10, 100)).toBe(false);
  });
});
