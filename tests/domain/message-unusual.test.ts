import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { failedMessage, SLOT } from "../support/messages.ts";

const TOO_QUICK = { exitCode: 0, durationMs: 2 * SECOND, minRuntimeMs: MINUTE };
const SLOW = { cause: "slow", severity: "warning", finishedAt: null, durationMs: null, exitCode: null } as const;
const FAST = { cause: "fast", severity: "warning", durationMs: 2 * SECOND, exitCode: 0 } as const;
const RESOLVED = { event: "resolved", at: SLOT + HOUR } as const;

describe("a run that was too quick", () => {
  test("is told with how long it took, what is expected, and what to check", () => {
    const message = failedMessage({}, TOO_QUICK);
    expect(message.verdict).toBe("✗ FAILED (too quick) · db-backup @ db-03");
    expect(message.why[0]).toBe("The run finished after 2 s; at least 1 min is expected.");
    expect(message.duration).toBe("2 s; usually 4 min 10 s, 95 % within 5 min");
    expect(message.action).toBe(
      "See whether it has done its work on db-03: read its output, and look at what it should have made; " +
        "if it is that quick now, lower the job's shortest run time.",
    );
  });

  test("counts with the others", () => {
    expect(failedMessage({}, { ...TOO_QUICK, badCount: 3 }).why[1]).toBe("It is the last of 3 bad runs in a row.");
  });

  test("may have had good ones between them", () => {
    expect(failedMessage({}, { badCount: 3, failureWindow: 5 }).why[1]).toBe("3 of the last 5 runs were bad.");
    expect(failedMessage({}, { badCount: 7, failureWindow: 5 }).why[1]).toBe("7 runs were bad.");
  });

  test("alerts of old, which do not say how long it should have taken, are failures like others", () => {
    expect(failedMessage().verdict).toBe("✗ FAILED (exit 3) · db-backup @ db-03");
    expect(failedMessage({}, { minRuntimeMs: null }).why[0]).toContain("with exit code 3");
  });
});

describe("a run that is slower than usual", () => {
  const at = SLOT + 15 * MINUTE + 3 * SECOND;
  const facts = { ...SLOW, openedAt: at, deadlineAt: at };

  test("is told as a warning, with what is usual", () => {
    const message = failedMessage({ at }, facts);
    expect(message.tone).toBe("warning");
    expect(message.verdict).toBe("⚠ SLOW (over 15 min) · db-backup @ db-03");
    expect(message.why[0]).toBe(
      "A run started at 02:00:03 (Europe/Riga) is still going; that is far longer than usual.",
    );
    expect(message.duration).toBe("15 min so far; usually 4 min 10 s, 95 % within 5 min");
    expect(message.action).toMatch(/^See what holds it up on db-03: ps -eo pid,etime,args;/);
  });

  test("is over as it ends, or is given up", () => {
    const ended = failedMessage(RESOLVED, { ...facts, resolveReason: "usual", finishedAt: SLOT + 30 * MINUTE });
    expect(ended.tone).toBe("good");
    expect(ended.verdict).toBe("✓ SLOW RUN OVER · db-backup @ db-03");
    expect(ended.why).toEqual(["The slow run ended at 02:30 (Europe/Riga)."]);
    const lost = failedMessage(RESOLVED, { ...facts, resolveReason: "usual" });
    expect(lost.why).toEqual(["The slow run has not said how it ended, and no end is expected any more."]);
  });
});

describe("a good run that is faster than usual", () => {
  test("is told as a warning, with what to look at", () => {
    const message = failedMessage({}, FAST);
    expect(message.verdict).toBe("⚠ FAST (2 s) · db-backup @ db-03");
    expect(message.why[0]).toBe("The run finished after 2 s; that is far less than usual.");
    expect(message.action).toMatch(/^See whether it has done its work on db-03:/);
    expect(message.output?.tail).toContain("ERROR: disk full");
  });

  test("is over with the next that takes its time", () => {
    const message = failedMessage(RESOLVED, { ...FAST, durationMs: 5 * MINUTE, resolveReason: "usual" });
    expect(message.verdict).toBe("✓ AS LONG AS USUAL · db-backup @ db-03");
    expect(message.why).toEqual(["A good run took as long as usual again."]);
    expect(message.duration).toMatch(/^5 min;/);
  });
});

describe("runs that come too often", () => {
  const facts = { cause: "too-often", severity: "warning", exitCode: 0, slotAt: null } as const;

  test("are told as a warning, with what may be behind it", () => {
    const message = failedMessage({}, facts);
    expect(message.verdict).toBe("⚠ TOO OFTEN · db-backup @ db-03");
    expect(message.why).toEqual(["Runs come far more often than the schedule says."]);
    expect(message.action).toMatch(/two crontabs, two machines.* allow it in the job's settings\.$/);
  });

  test("end when they come as planned", () => {
    const message = failedMessage(RESOLVED, { ...facts, resolveReason: "usual" });
    expect(message.verdict).toBe("✓ AS OFTEN AS PLANNED · db-backup @ db-03");
    expect(message.why).toEqual(["Runs come as often as the schedule says again."]);
  });
});

describe("a job that was never pinged", () => {
  const facts = { ...SLOW, cause: "never-pinged", runNumber: 0, slotAt: null, startedAt: null, host: null } as const;

  test("is told as a warning that leads to no run", () => {
    const message = failedMessage({ lastHost: null }, { ...facts, deadlineAt: null });
    expect(message.verdict).toBe("⚠ NEVER PINGED · db-backup");
    expect(message.why).toEqual(["The job was set up, and nothing was heard of it since."]);
    expect(message.links.map(({ label }) => label)).toEqual(["Job", "Incident"]);
    expect(message.run).toBeNull();
  });

  test("is in order with its first ping", () => {
    const message = failedMessage(
      { ...RESOLVED, lastHost: null },
      { ...facts, openedAt: SLOT, resolveReason: "recovered" },
    );
    expect(message.verdict).toBe("✓ FIRST PING after 1 h · db-backup");
    expect(message.why).toEqual(["The job was heard of for the first time."]);
  });
});
