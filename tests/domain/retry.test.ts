import fc from "fast-check";
import { expect, test } from "vitest";
import { nextAttempt, RETRY_WINDOW } from "../../lib/domain/retry.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";

const START = Date.UTC(2025, 0, 1);
const middle = { firstAttemptAt: START, now: START, retryAfterMs: null, random: 0.5 };

test.each([
  [1, 1 * SECOND],
  [2, 5 * SECOND],
  [3, 15 * SECOND],
  [5, 1 * MINUTE],
  [8, 10 * MINUTE],
  [10, 30 * MINUTE],
  [40, 30 * MINUTE],
])("after failed attempt %i the pause is about %i ms", (attempts, pauseMs) => {
  expect(nextAttempt({ ...middle, attempts })).toBe(START + pauseMs);
  expect(nextAttempt({ ...middle, attempts, random: 0 })).toBe(START + pauseMs * 0.8);
});

test("Retry-After is honoured where it is longer, and never made shorter", () => {
  expect(nextAttempt({ ...middle, attempts: 1, retryAfterMs: MINUTE, random: 0 })).toBe(START + MINUTE);
  expect(nextAttempt({ ...middle, attempts: 1, retryAfterMs: MINUTE, random: 0.5 })).toBeGreaterThan(START + MINUTE);
  expect(nextAttempt({ ...middle, attempts: 10, retryAfterMs: SECOND })).toBe(START + 30 * MINUTE);
});

test("the last attempt stands at the end of 24 h, whatever the receiver asked for", () => {
  expect(nextAttempt({ ...middle, attempts: 3, retryAfterMs: 100 * DAY })).toBe(START + DAY);
  expect(nextAttempt({ ...middle, attempts: 60, now: START + DAY - MINUTE })).toBe(START + DAY);
  expect(nextAttempt({ ...middle, attempts: 61, now: START + DAY })).toBe("give up");
});

test("whatever happens, attempts go on for 24 h, each later than the one before, and then end", () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(
        fc.record({ random: fc.double({ min: 0, max: 0.999, noNaN: true }), asked: fc.option(fc.nat(HOUR)) }),
      ),
      (receiver) => {
        let now = START;
        for (let attempts = 1; attempts < 2_000; attempts += 1) {
          const { random, asked } = receiver.next().value;
          const next = nextAttempt({ attempts, firstAttemptAt: START, now, retryAfterMs: asked, random });
          if (next === "give up") {
            expect(now).toBe(START + RETRY_WINDOW);
            return;
          }
          expect(next).toBeGreaterThan(now);
          now = next;
        }
        expect.unreachable();
      },
    ),
  );
});
