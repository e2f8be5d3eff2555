import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { parseNote, parseSnooze } from "../../lib/services/incident-input.ts";

describe("what is typed", () => {
  const now = Date.UTC(2026, 10, 22, 12);

  test.each([
    [{ for: "20m" }, now + 20 * MINUTE],
    [{}, now + HOUR],
    [{ until: "success" }, null],
    [{ until: "2026-11-22T18:00:00Z" }, now + 6 * HOUR],
    [{ until: "2026-11-22T18:00+02:00" }, now + 4 * HOUR],
  ])("%j", (input, until) => {
    expect(parseSnooze(input, now)).toEqual({ kind: "snooze", until });
  });

  test.each([
    [{ for: "soon" }, "for"],
    [{ for: "5s" }, "for"],
    [{ for: "91d" }, "for"],
    [{ until: "tomorrow" }, "until"],
    [{ until: "2026-11-22T18:00" }, "until"],
    [{ until: "2026-11-22T11:00:00Z" }, "until"],
    [{ until: "2026-99-99T11:00:00Z" }, "until"],
    [{ for: "1h", until: "success" }, "until"],
  ])("%j is no snooze", (input, field) => {
    expect(() => parseSnooze(input, now)).toThrow(expect.objectContaining({ code: "invalid", field }));
  });

  test("an empty note is none, nor is one without end", () => {
    expect(() => parseNote(" \n ")).toThrow("Write something first.");
    expect(() => parseNote("x".repeat(5_000))).toThrow("at most 4000 characters");
  });
});
