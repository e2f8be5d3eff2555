import { expect, test } from "vitest";
import { leftOutSentence, missingUpstreams } from "../../lib/domain/left-out.ts";

test("what was left out is said with its reason, in the right number", () => {
  const problem = "At most 20 tags fit.";
  expect(leftOutSentence({ field: "tags", asked: "t0, t1", problem })).toBe(
    "The tags were left out: At most 20 tags fit.",
  );
  expect(leftOutSentence({ field: "jitter", asked: "soon", problem: '"soon" is no duration.' })).toBe(
    'The jitter was left out: "soon" is no duration.',
  );
});

test("jobs to wait for that there are not are named with their environment", () => {
  const names = [
    { environment: "production", slug: "db" },
    { environment: "staging", slug: "sync" },
  ];
  expect(leftOutSentence(missingUpstreams(names))).toBe(
    "Jobs that it shall wait for were left out: The project has no production/db and staging/sync. Make what is missing, then choose it in the form.",
  );
  const odd = missingUpstreams([{ environment: "e", slug: "🔔".repeat(500) }]);
  expect(odd.asked.length).toBeLessThanOrEqual(200);
  expect(odd.asked).not.toMatch(/\p{Surrogate}/u);
});
