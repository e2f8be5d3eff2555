import { expect, test } from "vitest";
import { newQuiet, rulesOf, rulesValuesOf } from "../../../components/channels/rules-values.ts";
import type { ChannelRules } from "../../../lib/domain/alerting/channel-rules.ts";

test.each<ChannelRules>([
  {},
  { events: ["opened", "resolved"], severities: ["critical"], tags: ["db"], delayMinutes: 15 },
  { quietHours: { timeZone: "Europe/Riga", days: [6, 7], from: "00:00", to: "00:00", exceptCritical: true } },
])("the form of %j says the same", (rules) => {
  expect(rulesOf(rulesValuesOf(rules))).toEqual(rules);
});

test("a form half typed can be read aloud", () => {
  const values = { ...rulesValuesOf({}), delayMinutes: "", quietHours: { ...newQuiet("UTC"), from: "" } };
  expect(rulesOf(values)).toEqual({ quietHours: { ...newQuiet("UTC"), from: "" } });
});
