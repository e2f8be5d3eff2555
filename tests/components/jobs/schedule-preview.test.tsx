import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { JobFacts } from "../../../components/job/job-facts.tsx";
import { SchedulePreview } from "../../../components/jobs/schedule-preview.tsx";
import { DEFAULT_LIMITS, type Dialect } from "../../../lib/domain/job.ts";
import { readAloud, type Reading } from "../../../lib/domain/schedule/reading.ts";

const BEFORE_AUTUMN = Date.UTC(2026, 9, 24, 12);

function read(expression: string, dialect: Dialect = "vixie"): Reading {
  return readAloud({ kind: "cron", dialect, expression, timeZone: "Europe/Berlin" }, BEFORE_AUTUMN, 5);
}

/** What a screen reader would say. */
function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ")
    .trim();
}

function preview(reading: Reading): string {
  return textOf(renderToStaticMarkup(<SchedulePreview answer={{ ok: true, kind: "cron", reading }} />));
}

describe("the preview of a schedule", () => {
  test("shows local times with the server's offsets, and a change where it happens", () => {
    const text = preview(read("30 2 * * *"));
    expect(text).toMatch(/^At 02:30 every day\. Sun 25 Oct 2026 02:30 UTC\+2 25 Oct 2026 00:30 your time /);
    expect(text).toContain("Mon 26 Oct 2026 02:30 UTC+1 26 Oct 2026 01:30 your time");
    expect(text.split("comes twice on 25 October")).toHaveLength(2);
    expect(text).toMatch(/does not exist on 28 March 2027: Debian's cron runs it at 03:00\.$/);
    expect(text).not.toContain("Read as");
  });

  test("prints the offset it is given, whatever this engine thinks of the zone", () => {
    const reading = read("30 2 * * *");
    const moved = reading.occurrences.map((occurrence) => ({ ...occurrence, offset: 5.75 * 3_600_000 }));
    expect(preview({ ...reading, occurrences: moved })).toContain("Sun 25 Oct 2026 06:15 UTC+5:45");
  });

  test("says by whose rules it was read where nobody said, and what may stay empty", () => {
    const reading = read("30 2 * * *", "auto");
    const [first, ...others] = reading.occurrences;
    if (first === undefined) throw new Error("It has no occurrence.");
    const optional = { ...first, optional: true, note: "Optional: schedulers differ here." };
    const text = preview({ ...reading, occurrences: [optional, ...others] });
    expect(text).toMatch(/^At 02:30 every day\. Read as Debian's cron would\. /);
    expect(text).toContain("Optional: schedulers differ here.");
  });

  test("warns of what the scheduler silently does", () => {
    expect(preview(read("0 2 * * 1#2"))).toContain('Cron ignores "#2" in the weekday field and reads "1".');
    expect(preview(read("0 0 30 2 *"))).toBe("Never. This never runs.");
  });

  test.each([
    [
      "every 10 min",
      { kind: "interval", everyMs: 600_000 } as const,
      /^Every 10 minutes\. Counted from each run’s start/,
    ],
    ["nothing", { kind: "none" } as const, /^Runs at no fixed time\. Nothing is expected/],
  ])("%s has no zone", (_, spec, words) => {
    const reading = readAloud(spec, BEFORE_AUTUMN, 5);
    const text = textOf(renderToStaticMarkup(<SchedulePreview answer={{ ok: true, kind: spec.kind, reading }} />));
    expect(text).toMatch(words);
    expect(text).not.toMatch(/your time|UTC/);
  });
});

describe("the job page", () => {
  const job = {
    slug: "s",
    tags: [],
    description: "",
    limits: DEFAULT_LIMITS,
    effectiveGraceMs: null,
    channels: [],
    followsCode: null,
  };
  const facts = (reading: Reading, paused = false) =>
    textOf(renderToStaticMarkup(<JobFacts {...job} reading={reading} paused={paused} />));

  test("names the scheduler and the zone beside the next five", () => {
    expect(facts(read("30 2 * * *"))).toMatch(/^Next five Debian's cron, Europe\/Berlin Sun 25 Oct/);
    expect(facts(read("30 2 * * *", "auto"))).toMatch(/^Next five read as Debian's cron would, Europe\/Berlin /);
  });

  test("shows no occurrences while it is paused, and warnings all the same", () => {
    expect(facts(read("30 2 * * *"), true)).toMatch(/^Limits/);
    expect(facts(read("0 2 * * 1#2"), true)).toMatch(/^Schedule Debian's cron, Europe\/Berlin Cron ignores/);
    expect(facts(read("0 0 30 2 *"))).toMatch(/^Schedule Debian's cron, Europe\/Berlin This never runs\./);
  });
});
