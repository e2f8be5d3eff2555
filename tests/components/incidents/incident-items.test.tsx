import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { IncidentItems, type IncidentView } from "../../../components/incidents/incident-items.tsx";
import { MINUTE } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 2, 1, 3);
const OVER: IncidentView = {
  ...{ id: "i", jobName: "backup", severity: "critical", cause: "failed", state: "resolved", title: "Failed: it did" },
  ...{ openedAt: AT, resolvedAt: AT + 4 * MINUTE, resolveReason: "recovered", outageId: null, exitCode: 2, host: null },
  ...{ acknowledgedAt: AT, acknowledgedBy: "Kim", snoozedUntil: null, snoozedUntilSuccess: false, mutedAt: null },
};

function shown(change: Partial<IncidentView>): string {
  const items = <IncidentItems incidents={[{ ...OVER, ...change }]} />;
  return renderToStaticMarkup(<MantineProvider>{items}</MantineProvider>)
    .replace(/<style.*?<\/style>|<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll(" ,", ",");
}

test.each([
  ["recovered", "recovered after 4 min"],
  ["paused", "job paused after 4 min"],
  ["edited", "job changed after 4 min"],
  ["withdrawn", "withdrawn after 4 min"],
  ["no-overlap", "overlap over after 4 min"],
  ["usual", "usual again after 4 min"],
] as const)("what is over says how it ended: %s", (resolveReason, words) => {
  expect(shown({ resolveReason })).toContain(words);
});

test("what is over says that it was muted, and not who had looked after it", () => {
  expect(shown({ mutedAt: AT })).toContain("Muted");
  expect(shown({ mutedAt: AT })).not.toContain("Kim");
  expect(shown({})).not.toContain("Muted");
});

test("what is open says who looks after it", () => {
  const text = shown({ state: "open", resolvedAt: null, resolveReason: null, mutedAt: AT });
  expect(text).toContain("open for");
  expect(text).toMatch(/Acknowledged by Kim .*Muted/);
});
