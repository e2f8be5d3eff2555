import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../../lib/domain/job.ts";
import { compileSchedule, ScheduleError } from "../../../lib/domain/schedule.ts";
import { DIALECT_NAMES } from "../../../lib/domain/schedule/dialect-names.ts";
import { DIALECTS } from "../../../lib/domain/schedule/dialects.ts";
import { readAloud } from "../../../lib/domain/schedule/reading.ts";
import { HOUR } from "../../../lib/domain/time.ts";

const dialects: Dialect[] = ["auto", ...DIALECT_NAMES];

const FROM = Date.UTC(2026, 10, 22, 7, 30);

/** Fifty are promised; a busy machine gets five times as much. */
const LONGEST_MS = 5 * 50;

type Answer = { error: string } | { slots: (number | null)[]; neverRuns: boolean; warnings: readonly string[] };

function answer(dialect: Dialect, expression: string): Answer {
  try {
    const schedule = compileSchedule({ kind: "cron", dialect, expression, timeZone: "Europe/Berlin" });
    const next = schedule.next(FROM);
    const slots = [next, next === null ? null : schedule.next(next)];
    return { slots, neverRuns: schedule.neverRuns || schedule.kind === "none", warnings: schedule.warnings };
  } catch (error) {
    if (error instanceof ScheduleError) return { error: error.message };
    throw error;
  }
}

/** Whether a text is one sentence: whatever was typed stands in quotes and may hold anything. */
function isSentence(text: string): boolean {
  const own = text.replaceAll(/"[^"]*"/g, '""');
  return /^["A-Z@*?0-9].*[.?]$/.test(own) && !/[.!?] +[A-Z]/.test(own) && !own.includes("\n") && text.length < 400;
}

/** Holds what any text must be answered with. */
function expectAnswer(dialect: Dialect, expression: string): Answer {
  const given = answer(dialect, expression);
  if ("error" in given) {
    expect(isSentence(given.error), given.error).toBe(true);
    return given;
  }
  const [first = null, second = null] = given.slots;
  if (first === null) expect(second).toBeNull();
  else expect(Number.isInteger(first) && first > FROM && (second === null || second > first)).toBe(true);
  for (const warning of given.warnings) expect(isSentence(warning), warning).toBe(true);
  return given;
}

/** The usual time of an answer. Blanks at the end keep it from being remembered. */
function usualMs(expression: string, ask: (text: string) => void): number {
  const times = Array.from({ length: 5 }, (_, index) => {
    const start = performance.now();
    ask(expression + " ".repeat(index + 1));
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[2] ?? Infinity;
}

const NOTHING = ["", " ", "\t", "  \t  ", ",", "/", "-", "@", "?"];
const TOO_SHORT = ["0", "0 0", "0 0 0", "0 0 * *", "* *", "* * *", "* * * *", "L L L L", "a b c d", "@ @"];
const TOO_LONG = ["* ".repeat(9), "0 ".repeat(9), "* ".repeat(500), "*".repeat(1_000_000), "* ".repeat(500_000)];
const STRANGE = [
  "0 0 * * *\u0000",
  "\u0000",
  "0 0 * *\n*",
  "\r\n",
  "\u001B[31m0 0 * * *",
  "0\u00A00\u00A0*\u00A0*\u00A0*",
  "\uFEFF0 0 * * *",
  "⏰ 0 * * *",
  "0 0 * * 👨‍👩‍👧‍👦",
  "０ ０ * * *",
  "0 0 \u202E* * *",
  "\uD800 0 * * *",
];
const NOT_KNOWN = ["@foo", "@every", "@every ", "@every 5", "@every x", "@", "@@daily", "@daily @daily"];
const FIELDS = [
  ...["*/0", "*/-1", "*/", "/5", "*/99999999999999999999", "*/1e9", "*/0x10", "*/5/5", "1-", "-1", "1--5", "1-2-3"],
  ...[
    ",",
    "1,,2",
    ",1",
    "1,",
    "60",
    "99999999999999999999",
    "1.5",
    "1e1",
    "+1",
    "0x1",
    "H",
    "H/5",
    "H(0-59)",
    "H(0-9e13)",
  ],
  ...[
    "L",
    "W",
    "LW",
    "#",
    "1#",
    "#1",
    "1#9",
    "99W",
    "L-99",
    "L-99999999999",
    "~",
    "1~",
    "~1",
    "5~1",
    "%",
    "1%0",
    "mon%2",
  ],
  ...[
    "NaN",
    "Infinity",
    "null",
    "__proto__",
    "constructor",
    "toString",
    "jan-",
    "-jan",
    "foo",
    "mon#mon",
    "a".repeat(900),
  ],
  ...[
    "1,".repeat(400),
    "1-59,".repeat(150),
    `*${"/1".repeat(400)}`,
    `1${"-1".repeat(400)}`,
    "-".repeat(900),
    ",".repeat(900),
  ],
];

/** Texts in which `field` stands in each place of five and six fields. */
function withField(field: string): string[] {
  return [5, 6].flatMap((count) =>
    Array.from({ length: count }, (_, at) =>
      Array.from({ length: count }, (__, index) => (index === at ? field : index === count - 1 ? "?" : "0")).join(" "),
    ),
  );
}

const OTHERS = [
  "60 * * * *",
  "0 0 31 2 *",
  "0 0 0 31 2 ?",
  "L L L L L",
  "L L L L L L",
  "H",
  "H H H H H",
  "0 0 * * * root",
];

describe.each(dialects)("%s, whatever is typed,", (dialect) => {
  it("asks for a schedule where there is none, or too little of one", () => {
    for (const text of [...NOTHING, ...TOO_SHORT]) {
      const given = expectAnswer(dialect, text);
      // A calendar expression of systemd may be short; it does not run every minute for all that.
      const minutes = "error" in given ? [] : given.slots.filter((slot) => slot !== null);
      const distance = (minutes[1] ?? Infinity) - (minutes[0] ?? 0);
      expect("error" in given || (dialect === "systemd" && distance > 60_000), `${text}: ${String(distance)}`).toBe(
        true,
      );
    }
  });

  it("does not take what cannot be read for something else", () => {
    for (const text of [...TOO_LONG, ...STRANGE, ...NOT_KNOWN]) {
      expect(expectAnswer(dialect, text), JSON.stringify(text.slice(0, 50))).toHaveProperty("error");
    }
  });

  it("answers with a sentence or a time, in time", () => {
    for (const text of [...OTHERS, ...FIELDS, ...FIELDS.flatMap(withField)]) expectAnswer(dialect, text);
    for (const text of [...OTHERS, ...FIELDS.map((field) => `0 0 ${field} * *`), ...TOO_LONG]) {
      expect(
        usualMs(text, (spaced) => answer(dialect, spaced)),
        text.slice(0, 50),
      ).toBeLessThan(LONGEST_MS);
    }
  });

  it("answers any text of the letters that schedules are made of", () => {
    const letters = fc.constantFrom(..."0123456789 */,-?#LWH~%@+.:;()=TZ \tabcdefghijlmnoprstuvwy");
    const words = fc.constantFrom(
      "*",
      "*/5",
      "0",
      "L",
      "mon",
      "jan-dec",
      "1-5",
      "22-2",
      "?",
      "@every",
      "5/15",
      "LW",
      "1#2",
    );
    const fields = fc.array(fc.oneof(words, fc.string({ unit: letters, maxLength: 8 })), { maxLength: 8 });
    const text = fc.oneof(
      fc.string({ unit: letters, maxLength: 60 }),
      fields.map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(text, (expression) => {
        const start = performance.now();
        expectAnswer(dialect, expression);
        if (performance.now() - start <= LONGEST_MS) return;
        expect(usualMs(expression, (spaced) => answer(dialect, spaced))).toBeLessThan(LONGEST_MS);
      }),
      { numRuns: 500 },
    );
  });
});

// In seconds, minutes and hours, and hours of seconds on some days: those of a change are the dearest to tell of.
const BUSY = [
  ...["* * * * * *", "*/5 * * * * *", "* * 0-4 * * *", "* * 0-4 * * SUN", "* * * ? * *", "*:*:*", "*-*-* 00..04:*:*"],
  ...["* * * * *", "*/10 * * * *", "* 0-4 * * *", "0 * * * *", "0 2 * * *", "rate(1 minute)", "cron(* * * * ? *)"],
];

describe.each(dialects)("%s, read aloud", (dialect) => {
  const eves = [
    { change: "the clock is put back", timeZone: "Europe/Berlin", from: Date.UTC(2026, 9, 24, 22) },
    { change: "the clock is put forward", timeZone: "America/New_York", from: Date.UTC(2027, 2, 13, 20) },
    { change: "midnight comes twice", timeZone: "America/Havana", from: Date.UTC(2026, 9, 31, 12) },
  ];

  it.each(eves)("answers on the eve, where $change, in time", ({ timeZone, from }) => {
    const read = BUSY.filter((text) => "slots" in answer(dialect, text));
    expect(read.length).toBeGreaterThan(0);
    for (const text of [...read, DIALECTS[dialect === "auto" ? "vixie" : dialect].example]) {
      const aloud = (expression: string) =>
        readAloud({ kind: "cron", dialect, expression, timeZone }, from - HOUR * (expression.length % 3), 10);
      expect(usualMs(text, aloud), text).toBeLessThan(LONGEST_MS);
    }
  });
});

describe("this table", () => {
  it("is about every dialect", () => {
    expect(dialects.length).toBeGreaterThan(5);
  });
});
