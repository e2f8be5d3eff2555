import { expect, test } from "vitest";
import { acknowledgeWords, openWords } from "../../../components/incidents/outage-words.ts";

test.each([
  ["all of them", { open: 3, unacknowledged: 3 }, true, "Acknowledge all 3"],
  ["those that are left", { open: 4, unacknowledged: 2 }, false, "Acknowledge the remaining 2"],
  ["the one that is left", { open: 4, unacknowledged: 1 }, false, "Acknowledge the remaining one"],
  ["the only one, which is another", { open: 1, unacknowledged: 1 }, false, "Acknowledge it"],
  ["nothing but the one shown", { open: 1, unacknowledged: 1 }, true, null],
  ["nothing but the one shown of several", { open: 3, unacknowledged: 1 }, true, null],
  ["nothing, as all are acknowledged", { open: 3, unacknowledged: 0 }, false, null],
])("the button acknowledges %s", (_what, count, shownWaits, words) => {
  expect(acknowledgeWords({ ...count, total: 5 }, shownWaits)).toBe(words);
});

test.each([
  [{ open: 0, unacknowledged: 0 }, "all are well again"],
  [{ open: 1, unacknowledged: 1 }, "1 of 5 is open"],
  [{ open: 1, unacknowledged: 0 }, "1 of 5 is open, acknowledged"],
  [{ open: 2, unacknowledged: 0 }, "2 of 5 are open, all acknowledged"],
])("of %o it says how many are open", (count, words) => expect(openWords({ ...count, total: 5 })).toBe(words));
