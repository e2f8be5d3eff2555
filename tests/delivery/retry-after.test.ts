import { expect, test } from "vitest";
import { parseRetryAfter, parseSeconds } from "../../lib/delivery/retry-after.ts";

const NOW = Date.UTC(2025, 2, 4, 12, 0, 0);

test.each([
  ["120", null, 120_000],
  [" 0 ", null, 0],
  ["1.5", null, 1_500],
  ["Tue, 04 Mar 2025 12:01:30 GMT", null, 90_000],
  ["Tue, 04 Mar 2025 11:00:00 GMT", null, 0],
  // The receiver's clock is an hour ahead: what counts is how far its date lies after its own now.
  ["Tue, 04 Mar 2025 13:01:30 GMT", "Tue, 04 Mar 2025 13:00:00 GMT", 90_000],
  ["-5", null, null],
  ["soon", null, null],
  ["", null, null],
  [null, null, null],
])("%j with Date %j is %j ms", (retryAfter, date, expected) => {
  expect(parseRetryAfter(retryAfter, date, NOW)).toBe(expected);
});

test.each([
  ["28.706807374954224", 28_707],
  ["0", 0],
  ["", null],
  ["1e300", null],
  ["-1", null],
  ["soon", null],
  ["Infinity", null],
  [null, null],
])("%j seconds", (seconds, ms) => {
  expect(parseSeconds(seconds)).toBe(ms);
});
