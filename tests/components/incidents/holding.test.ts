import { expect, test } from "vitest";
import { holdingOf } from "../../../components/incidents/holding.ts";
import { MINUTE, SECOND } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 2, 1, 3);
const ALARM = { event: "opened", at: AT, hold: null, holdDetail: null, planAt: null, deliveries: [] } as const;
const WINDOW = { name: "Release 42" };

test("an alarm that waits for a window's end is held until then", () => {
  const alarm = { ...ALARM, hold: "window", holdDetail: "Release 42", planAt: AT + MINUTE } as const;
  expect(holdingOf([alarm], WINDOW)).toEqual({ state: "holds", window: "Release 42", at: AT + MINUTE });
  expect(holdingOf([{ ...alarm, hold: "snoozed" }], WINDOW)).toBeNull();
  expect(holdingOf([{ ...ALARM, planAt: AT }], WINDOW)).toBeNull();
});

test("one that was told after the window was held until then", () => {
  const deliveries = [{ createdAt: AT + 3 * MINUTE }, { createdAt: AT + 2 * MINUTE }];
  const alarm = { ...ALARM, deliveries };
  expect(holdingOf([alarm], WINDOW)).toEqual({ state: "told", window: "Release 42", at: AT + 2 * MINUTE });
  expect(holdingOf([alarm], null)).toBeNull();
});

test("one that was told at once, or never, was not held", () => {
  expect(holdingOf([{ ...ALARM, deliveries: [{ createdAt: AT + 4 * SECOND }] }], WINDOW)).toBeNull();
  expect(holdingOf([{ ...ALARM, hold: "window" }], WINDOW)).toBeNull();
  expect(holdingOf([{ ...ALARM, event: "reminder", deliveries: [{ createdAt: AT + MINUTE }] }], WINDOW)).toBeNull();
  expect(holdingOf([], WINDOW)).toBeNull();
});
