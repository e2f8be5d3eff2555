import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { HostZoneNote } from "../../../components/job/host-zone-note.tsx";
import { RunTable, type RunView } from "../../../components/job/run-table.tsx";
import { UsualPanel, type UsualView } from "../../../components/job/usual-panel.tsx";
import { factorText, latenessText } from "../../../components/job/usual-words.ts";
import { MINUTE, SECOND } from "../../../lib/domain/time.ts";

/** What a reader sees of it. */
function textOf(markup: string): string {
  return markup
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

test.each([
  [4, "4× usual"],
  [3.42, "3.4× usual"],
  [37.6, "38× usual"],
  [0.1874, "0.2× usual"],
  [0.0042, "0.004× usual"],
])("a run that took %s times the median: %s", (factor, text) => expect(factorText(factor)).toBe(text));

test.each([
  [0, "on time"],
  [-900, "on time"],
  [3_000, "3.0 s late"],
  [-12_000, "12 s early"],
])("a lateness of %d ms is %s", (lateness, text) => expect(latenessText(lateness)).toBe(text));

describe("what is usual", () => {
  const spread = (median: number, p95: number) => ({ count: 200, p5: 0, median, p95 });
  const usual: UsualView = {
    ...{ runs: 200, sign: "start", weekdays: [] },
    duration: spread(250 * SECOND, 6 * MINUTE),
    lateness: spread(3 * SECOND, 20 * SECOND),
  };
  const shown = (part: Partial<UsualView>) =>
    textOf(renderToStaticMarkup(<UsualPanel usual={{ ...usual, ...part }} />));

  test("is said in words, with the weekdays that differ", () => {
    expect(shown({})).toBe(
      "Usually last 200 good runs Takes 4 min 10 s, 95 % within 6 min Starts 3.0 s late, 95 % within 20 s",
    );
    expect(shown({ weekdays: [{ weekday: 0, duration: spread(40 * MINUTE, 55 * MINUTE) }] })).toContain(
      "On Sundays 40 min, 95 % within 55 min",
    );
  });

  test("does not call an end a start, nor speak of what is not known", () => {
    expect(shown({ sign: "end", duration: null })).toBe(
      "Usually last 200 good runs Ends come 3.0 s late, 95 % within 20 s",
    );
    expect(shown({ lateness: spread(0, 400) })).toContain("Starts on time");
    expect(shown({ lateness: spread(0, 400) })).toMatch(/on time$/);
    expect(shown({ duration: null, lateness: null })).toBe("");
  });
});

describe("a host in another zone", () => {
  const view = { words: "your host seems to run in UTC, not in Europe/Riga", timeZone: "Europe/Riga" };
  const shown = (part: { shiftMs?: number; mayTakeThatLong?: boolean; editHref?: string | null }) =>
    renderToStaticMarkup(
      <HostZoneNote {...view} shiftMs={180 * MINUTE} mayTakeThatLong={false} editHref="/jobs/x/edit" {...part} />,
    );

  test("is named with what to do", () => {
    expect(textOf(shown({}))).toBe(
      "Your host seems to run in UTC, not in Europe/Riga : its latest starts all came 3 h after their times. Change the job’s time zone to that of the host, or set the host’s to Europe/Riga.",
    );
    expect(textOf(shown({ shiftMs: -180 * MINUTE }))).toContain("came 3 h before their times");
  });

  test("is only likely where nobody saw a start, and nothing is to be clicked by those who may not", () => {
    expect(textOf(shown({ mayTakeThatLong: true }))).toMatch(/latest ends .* send a start ping as well\.$/);
    expect(shown({})).toContain('href="/jobs/x/edit"');
    expect(shown({ editHref: null })).not.toContain("<a");
  });
});

describe("the run table", () => {
  const run: RunView = {
    ...{ number: 7, outcome: "ok", reason: null, slotAt: 0, lastSlotAt: 0, count: 1, startedAt: 0, finishedAt: 0 },
    ...{ delayMs: 0, durationMs: MINUTE, finishedLate: false, startSeen: true, exitCode: 0, host: null },
    ...{ ambiguous: false, overlapped: false, withdrew: false, usualFactor: null, outputSize: 0 },
  };
  const shown = (part: Partial<RunView>) =>
    textOf(renderToStaticMarkup(<RunTable jobId="x" timeZone={null} runs={[{ ...run, ...part }]} />));

  test.each<[Partial<RunView>, string]>([
    [{ outcome: "unknown", reason: "own-gap" }, "Unknown Belfry was away"],
    [{ outcome: "skipped", reason: "optional" }, "Skipped optional"],
    [{ outcome: "skipped", reason: "announced" }, "Skipped announced"],
    [{ outcome: "skipped", reason: "still-running" }, "Skipped the run before was still going"],
    [{ outcome: "failed", reason: "too-quick" }, "Failed too quick"],
    [{ outcome: "overlong", finishedLate: true, overlapped: true }, "Overlong finished late, overlapped"],
    [{ overlapped: true, ambiguous: true }, "OK overlapped, which end is a guess"],
    [{ withdrew: true }, "OK alarm withdrawn"],
    [{ outcome: "missed", count: 3 }, "Missed × 3"],
    [{ usualFactor: 4 }, "1 min 4× usual"],
  ])("%j says so", (part, words) => expect(shown(part)).toContain(words));

  test("shows an optional slot that stayed empty faintly", () => {
    const row = (part: Partial<RunView>) =>
      renderToStaticMarkup(<RunTable jobId="x" timeZone={null} runs={[{ ...run, ...part }]} />);
    expect(row({ outcome: "skipped", reason: "optional" })).toMatch(/<tr class="[^"]*faint/);
    expect(row({ outcome: "skipped", reason: "announced" })).not.toMatch(/<tr class="[^"]*faint/);
  });
});
