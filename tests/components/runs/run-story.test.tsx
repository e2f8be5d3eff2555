import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { ClockProvider } from "../../../components/base/clock.tsx";
import { ZoneNote } from "../../../components/base/moment.tsx";
import { RunStory, type RunStoryView } from "../../../components/runs/run-story.tsx";
import { SECOND } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 2, 1, 3);
const RUN: RunStoryView = {
  ...{ outcome: "ok", reason: null, slotAt: null, lastSlotAt: null, count: 1, startedAt: AT, finishedAt: AT + SECOND },
  ...{ durationMs: SECOND, finishBy: null, finishedLate: false, exitCode: null, runId: null, host: null, source: null },
  ...{ startSeen: true, delayMs: null, overlapped: false, withdrew: false },
};

describe("a run that no slot asked for", () => {
  test.each([
    ["none", "at no fixed time"],
    ["interval", "not expected"],
    ["cron", "outside its schedule"],
  ] as const)("of a job with the schedule %s was expected %s", (scheduleKind, words) => {
    const job = { scheduleKind, timeZone: null };
    const html = renderToStaticMarkup(<RunStory run={RUN} job={job} usual={null} usualFactor={null} />);
    expect(html).toContain(words);
  });
});

describe("in whose zone times are", () => {
  const shown = (zone: string) =>
    renderToStaticMarkup(
      <ClockProvider renderedAt={AT} zone={zone}>
        <ZoneNote jobZone="Europe/Riga" />
        <RunStory run={RUN} job={{ scheduleKind: "cron", timeZone: "Europe/Riga" }} usual={null} usualFactor={null} />
      </ClockProvider>,
    );

  test("is the viewer's, with the job's beside it", () => {
    const html = shown("America/New_York");
    expect(html).toContain("Times in America/New_York; the job’s zone is Europe/Riga");
    expect(html).toContain("28 Feb 22:00:00");
    expect(html).toContain("Sun 1 Mar 2026, 05:00:00 Europe/Riga");
  });

  test("is said once where they are the same", () => {
    expect(shown("Europe/Riga")).toContain("Times in Europe/Riga<");
  });
});
