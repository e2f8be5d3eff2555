import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { failedMessage, SLOT } from "../support/messages.ts";
import { changedMessage, reminderMessage, stableMessage, unstableMessage } from "../support/outage-messages.ts";

describe("a reminder says why it comes", () => {
  test.each([
    [{ nth: 1 }, "It is still open, and nobody has acknowledged it."],
    [{ nth: 3 }, "It is still open, and nobody has acknowledged it: this is reminder 3."],
    [{ snoozedUntil: SLOT + 11 * HOUR }, "The snooze ended at 13:00 (Europe/Riga), and it is still open."],
    [
      { acknowledgedAt: SLOT - 10 * HOUR, acknowledgedBy: "Kim\u202e" },
      "Kim acknowledged it at 16:00 (Europe/Riga) on Mon 3 Mar 2025, and it is still open.",
    ],
    [{ acknowledgedAt: SLOT + HOUR }, "Somebody acknowledged it at 03:00 (Europe/Riga), and it is still open."],
  ])("%j", (reminder, sentence) => {
    const message = reminderMessage(reminder);
    expect(message.verdict).toBe("✗ STILL FAILED for 11 h 56 min · db-backup @ db-03");
    expect(message.why[0]).toBe(sentence);
    expect(message.why[1]).toBe("The run failed at 02:04 (Europe/Riga) with exit code 3.");
  });

  test("also where it is one of old, which does not say", () => {
    expect(failedMessage({ event: "reminder" }).why[0]).toBe("It is still open.");
  });
});

describe("a cause that is new to an open incident", () => {
  test("is told as its alarm would be, after what was wrong before and since when", () => {
    const message = changedMessage();
    expect(message.verdict).toBe("✗ FAILED (exit 3) · db-backup @ db-03");
    expect(message.tone).toBe("bad");
    expect(message.why.slice(0, 3)).toEqual([
      "It was MISSED before, since 02:12 (Europe/Riga) on Mon 3 Mar 2025.",
      "The run failed at 02:04 (Europe/Riga) with exit code 3.",
      "It is the last of 2 bad runs in a row.",
    ]);
    expect(message.output?.tail).toContain("ERROR: disk full");
  });

  test("names all that was told before", () => {
    expect(changedMessage({ earlierCauses: ["missed", "overlong"] }).why[0]).toMatch(
      /^It was MISSED, then OVERLONG before/,
    );
  });
});

describe("a job that fails and recovers again and again", () => {
  test("is told once, with how often, and with what is told from then on", () => {
    const message = unstableMessage();
    expect(message.verdict).toBe("⚠ UNSTABLE (4 times in 50 min) · db-backup @ db-03");
    expect(message.tone).toBe("bad");
    expect(message.why.slice(0, 3)).toEqual([
      "It got into trouble 4 times since 02:00 (Europe/Riga), and recovered in between.",
      "Single failures and recoveries are not told any more until it is stable again; if it stays down, you will hear of it.",
      "The run failed at 02:04 (Europe/Riga) with exit code 3.",
    ]);
    expect(message.action).toMatch(/^Look for what comes and goes on db-03:/);
    expect(message.output?.tail).toContain("ERROR: disk full");
  });

  test("is told to be stable again, without what was wrong", () => {
    const message = stableMessage();
    expect(message.verdict).toBe("✓ STABLE AGAIN after 5 h · db-backup @ db-03");
    expect(message.tone).toBe("good");
    expect(message.why).toEqual([
      "It was unstable since 02:00 (Europe/Riga), for 5 h, and has not failed for a while.",
      "Failures are told as usual again.",
    ]);
    expect([message.action, message.output, message.since, message.lastGood]).toEqual([null, null, null, null]);
  });

  test("is told also where nobody counted", () => {
    const unstable = failedMessage({ event: "unstable" });
    expect(unstable.verdict).toBe("⚠ UNSTABLE · db-backup @ db-03");
    expect(unstable.why[0]).toBe("It fails and recovers again and again.");
    expect(failedMessage({ event: "stable" }).why[0]).toBe("It has not failed for a while.");
  });
});

describe("the end of a job that was deleted", () => {
  test.each([
    ["resolved", "Somebody deleted the job. It was in trouble from 02:04 to 03:00 (Europe/Riga), 56 min."],
    ["stable", "Somebody deleted the job. It was unstable."],
  ] as const)("as %s says so, and links to no page that is gone", (event, sentence) => {
    const message = failedMessage({ event, at: SLOT + HOUR }, { resolveReason: "deleted", nextSlotAt: null });
    expect(message.verdict).toBe("✓ CLOSED: job deleted · db-backup @ db-03");
    expect(message.why).toEqual([sentence]);
    expect([message.nextExpected, message.action]).toEqual([null, null]);
    expect(message.links).toEqual([{ label: "All jobs", url: "https://belfry.example.org/jobs" }]);
  });
});

describe("what else is in trouble on the machine", () => {
  const told = (jobs: number, names: string[]) => failedMessage({ elsewhere: { jobs, names } }).elsewhere;

  test("is counted, and some of it named", () => {
    expect(told(1, ["mail-queue"])).toBe("1 other job is in trouble on db-03: mail-queue");
    expect(told(7, ["a", "b\r\nc"])).toBe("7 other jobs are in trouble on db-03: a, b c, 5 more");
  });

  test("is of no interest to a recovery, nor where no machine is known", () => {
    const elsewhere = { jobs: 1, names: ["a"] };
    expect(failedMessage({ event: "resolved", at: SLOT + MINUTE, elsewhere }).elsewhere).toBeNull();
    expect(failedMessage({ elsewhere }, { host: null }).elsewhere).toBeNull();
  });
});

test("what a project has masked is masked in output and host, before it is cut", () => {
  const output = `begin\n${"x".repeat(150)} acme-${"s".repeat(120)} end\n`;
  const message = failedMessage({ output, maskPatterns: ["acme-*", "db-*"] });
  expect(message.output?.tail[1]).toBe(`${"x".repeat(150)} [masked] end`);
  expect(message.run?.host).toBe("[masked]");
  expect(message.verdict).toBe("✗ FAILED (exit 3) · db-backup @ [masked]");
});
