import { describe, expect, test } from "vitest";
import { composeMessage, sentAt } from "../../lib/domain/message.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { SLOT } from "../support/messages.ts";
import { ENDED, missedInput as input, readMessage as read } from "../support/missed-message.ts";

describe("the words fit what is known", () => {
  test.each([
    [126, "not executable", "chmod +x"],
    [127, "command not found", "cron's PATH is short"],
    [124, "timed out", "timeout command"],
    [130, "interrupted (SIGINT)", "who ended it"],
    [139, "crashed (SIGSEGV)", "core dump"],
    [143, "terminated (SIGTERM)", "who ended it"],
  ])("exit code %i says what it means and what to do", (exitCode, meaning, action) => {
    const message = composeMessage(input({ ...ENDED, cause: "failed", exitCode }));
    expect(message.why[0]).toContain(`exit code ${exitCode}: ${meaning}`);
    expect(message.action).toContain(action);
    expect(message.run?.exitMeaning).toBe(meaning);
  });

  test("a job in UTC gives each time once", () => {
    const job = { ...input({}).job, timeZone: "UTC" };
    expect(composeMessage(input({}, { job })).why).toEqual([
      "Expected at 00:00 (UTC), nothing by 00:12 (grace 12 min).",
      "Slot: Tue 4 Mar 2025, 00:00 UTC, 12 min ago.",
    ]);
  });

  test("how long ago a moment ago was is not said", () => {
    const [, ...lines] = read(input({ lastOkAt: SLOT - 9 * SECOND }, { at: SLOT + 27 }));
    expect(lines.join("\n")).not.toMatch(/ms ago/);
    expect(lines).toContain("Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).");
  });

  test("UTC's day is given where it is another one", () => {
    const job = { ...input({}).job, timeZone: "America/New_York" };
    expect(composeMessage(input({}, { job })).why[1]).toBe(
      "Slot: Mon 3 Mar 2025, 19:00 America/New_York (Tue 4 Mar, 00:00 UTC), 12 min ago.",
    );
  });

  test("a message that waited counts to the time at which it leaves, and says so", () => {
    const given = input({}, {});
    const late = composeMessage(sentAt(given, given.at + 6 * MINUTE));
    const prompt = composeMessage(sentAt(given, given.at + MINUTE));
    expect(late.lastGood).toContain(", 1 d ago");
    expect(late.since).toMatch(/, for 6 min$/);
    expect(late.why[1]).toMatch(/, 18 min ago\.$/);
    expect(late.why.at(-1)).toBe("This message has waited for 6 min, since 02:12 (Europe/Riga).");
    expect(prompt.why).toHaveLength(late.why.length - 1);
    expect(late.verdict).toBe(prompt.verdict);
  });

  test("a job without any good run, host or schedule still makes sentences", () => {
    const message = composeMessage(
      input(
        { cause: "failed", slotAt: null, deadlineAt: null, lastOkAt: null, okStreak: 0, nextSlotAt: null },
        { lastHost: null, usual: null, project: null },
      ),
    );
    expect(message.verdict).toBe("✗ FAILED · db-backup");
    expect(message.why).toEqual(["The run failed."]);
    expect(message.lastGood).toBe("none yet");
    expect(message.nextExpected).toBeNull();
    expect(message.duration).toBeNull();
  });

  test("a long name keeps the verdict within 60 characters, and the host readable", () => {
    const job = { ...input({}).job, name: "nightly export of everything that moved in the warehouse" };
    const { verdict } = composeMessage(input({}, { job, lastHost: "very-long-host-name.internal.example.org" }));
    expect(verdict).toBe("✗ MISSED · nightly export of everything… @ very-long-host-…");
    expect(verdict.length).toBeLessThanOrEqual(60);
  });
});
