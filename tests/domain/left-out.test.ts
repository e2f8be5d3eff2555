import { expect, test } from "vitest";
import { leftOutSentence } from "../../lib/domain/left-out.ts";

test("what was left out is said with its reason, in the right number", () => {
  const problem = "At most 20 tags fit.";
  expect(leftOutSentence({ field: "tags", asked: "t0, t1", problem })).toBe(
    "The tags were left out: At most 20 tags fit.",
  );
  expect(leftOutSentence({ field: "jitter", asked: "soon", problem: '"soon" is no duration.' })).toBe(
    'The jitter was left out: "soon" is no duration.',
  );
});
