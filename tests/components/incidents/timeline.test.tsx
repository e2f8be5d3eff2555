import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { Holding } from "../../../components/incidents/holding.ts";
import { type EventView, Timeline } from "../../../components/incidents/timeline.tsx";
import { MINUTE } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 2, 1, 3);
const LINE = { resolveReason: null, by: null, until: null, note: null } as const;
const EVENTS: EventView[] = [
  { ...LINE, ordinal: 1, kind: "opened", at: AT, runNumber: 7, cause: "failed" },
  { ...LINE, ordinal: 2, kind: "resolved", at: AT + 9 * MINUTE, runNumber: 8, cause: null },
];

function shown(holding: Holding | null): string {
  return renderToStaticMarkup(<Timeline jobId="j" events={EVENTS} holding={holding} />)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

test("a window that held back the alarm is told where it ended", () => {
  const told = { state: "told", window: "Release 42", at: AT + 2 * MINUTE } as const;
  expect(shown(told)).toMatch(/Opened: failed.*Held back by the window Release 42 until .*03:02 , then told.*Resolved/);
  expect(shown({ ...told, at: AT + 20 * MINUTE })).toMatch(/Resolved.*Held back/);
  expect(shown(null)).not.toContain("Held back");
  expect(shown({ ...told, state: "holds" })).not.toContain("Held back");
});
