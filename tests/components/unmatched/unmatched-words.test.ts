import { expect, test } from "vitest";
import { wordsOf } from "../../../components/unmatched/unmatched-words.ts";
import type { UnmatchedReason } from "../../../lib/domain/unmatched.ts";

const REASONS: Record<UnmatchedReason, true> = {
  ...{ "not-found": true, "unknown-key": true, "missing-key": true, "unknown-address": true, "invalid-url": true },
  ...{ "invalid-uuid": true, "invalid-status": true, "invalid-body": true, "invalid-job": true, "too-large": true },
  "rate-limited": true,
};

test.each(Object.keys(REASONS))("%s is said in full sentences: why, and what to do", (reason) => {
  const { why, todo } = wordsOf(reason as UnmatchedReason, null);
  for (const sentence of [why, todo]) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

test("a right key with a wrong slug is told from a job that is unknown", () => {
  expect(wordsOf("not-found", "backup").why).toBe("The key is right, but there is no job with this slug.");
  expect(wordsOf("not-found", null).why).toBe("There is no such job.");
});
