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

const OPEN = { state: "open", resolvedAt: null, resolveReason: null } as const;

test.each([
  ["window", "Release 42", "Alarm waits for the window Release 42"],
  ["window", null, "Alarm waits for a window"],
  ["upstream", "db-dump", "Alarm waits for the job db-dump"],
  ["upstream", null, "Alarm waits for another job"],
  ["unstable", null, "Alarm waits as the job is unstable"],
  ["nobody", null, "Alarm waits for a channel that takes it"],
] as const)("an open one says what its alarm waits for: %s %s", (hold, holdDetail, words) => {
  const untold = { hold, holdDetail, planAt: AT };
  expect(shown({ ...OPEN, untold })).toContain(words);
  expect(shown({ untold })).not.toContain("waits");
});

test.each(["gathering", "outage", "snoozed", "muted"] as const)(
  "nothing is said of what is short or asked for: %s",
  (hold) => {
    expect(shown({ ...OPEN, untold: { hold, holdDetail: null, planAt: AT } })).not.toContain("waits");
  },
);

test("one that nobody was told of, as no channel takes it, says so while it is open and after it", () => {
  const untold = { hold: "nobody", holdDetail: null, planAt: null } as const;
  for (const change of [OPEN, {}]) {
    expect(shown({ ...change, untold })).toContain("Nobody was told: no channel takes it");
    expect(shown(change)).not.toContain("Nobody");
  }
  expect(shown({ ...OPEN, untold: { ...untold, hold: "window" } })).not.toContain("Nobody");
});

test("the name of a window is text", () => {
  const untold = { hold: "window", holdDetail: "<img src=x>\u202eevil", planAt: AT } as const;
  const markup = renderToStaticMarkup(
    <MantineProvider>
      <IncidentItems incidents={[{ ...OVER, ...OPEN, untold }]} />
    </MantineProvider>,
  );
  expect(markup).toContain("&lt;img src=x&gt;⟨U+202E⟩evil");
});
