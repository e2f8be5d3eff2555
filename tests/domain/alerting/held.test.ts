import { describe, expect, test } from "vitest";
import { heldBefore } from "../../../lib/domain/alerting/held.ts";
import type { HoldReason } from "../../../lib/domain/alerting/hold.ts";

const HELD = { event: "opened", hold: "window", holdDetail: "Deploy" } as const;
const NOTED = { reason: "window", detail: "Deploy" };

describe("what held an alert back is noted", () => {
  test("when it is told", () => {
    expect(heldBefore(HELD, null)).toEqual(NOTED);
    expect(heldBefore({ event: "opened", hold: "unstable" }, null)).toEqual({ reason: "unstable", detail: null });
  });

  test("when it waits for something else, also of the same kind", () => {
    expect(heldBefore(HELD, { reason: "upstream", until: 9, detail: "db" })).toEqual(NOTED);
    expect(heldBefore(HELD, { reason: "window", until: 9, detail: "Other" })).toEqual(NOTED);
    expect(heldBefore(HELD, { reason: "gathering", until: 9, detail: null })).toEqual(NOTED);
  });

  test("not while it goes on, nor where nobody is told", () => {
    expect(heldBefore(HELD, { reason: "window", until: 9, detail: "Deploy" })).toBeNull();
    expect(heldBefore(HELD, { reason: "withdrawn", until: null, detail: null })).toBeNull();
  });

  test.each<HoldReason | null>([null, "gathering", "outage"])(
    "not where its message says nothing of it: %s",
    (hold) => {
      expect(heldBefore({ event: "opened", hold, holdDetail: null }, null)).toBeNull();
    },
  );

  test("not with an end, which does not say that it waited", () => {
    expect(heldBefore({ ...HELD, event: "resolved" }, null)).toBeNull();
  });
});
