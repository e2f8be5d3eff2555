import { expect, test } from "vitest";
import { whyOf, type WhyView } from "../../../components/incidents/why.ts";

const FAILED: WhyView = {
  ...{ cause: "failed", title: "Failed: the run said that it did not succeed", exitCode: null, host: null },
};

test.each<[string, Partial<WhyView>]>([
  ["The run said that it did not succeed", {}],
  ["Exit 3", { exitCode: 3 }],
  ["Exit 127 (command not found) on db-03", { exitCode: 127, host: "db-03" }],
  ["The run said that it did not succeed on db-03", { exitCode: 0, host: "db-03" }],
  ["No sign came in time", { cause: "missed", title: "Missed: no sign came in time", exitCode: 3 }],
])("%s", (words, changes) => {
  expect(whyOf({ ...FAILED, ...changes })).toBe(words);
});
