import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertFacts } from "../../lib/domain/incident.ts";
import { outputLines, partsOf } from "../../lib/domain/message-parts.ts";
import { composeMessage, sentAt, type IncidentInput, type MessageInput } from "../../lib/domain/message.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";

const SLOT = Date.UTC(2025, 2, 4, 0, 0);

const FACTS: AlertFacts = {
  cause: "missed",
  severity: "critical",
  openedAt: SLOT + 12 * MINUTE,
  runNumber: 42,
  slotAt: SLOT,
  deadlineAt: SLOT + 12 * MINUTE,
  graceMs: 12 * MINUTE,
  maxRuntimeMs: null,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  exitCode: null,
  host: null,
  openRuns: 0,
  lastOkAt: SLOT - 24 * HOUR + 250 * SECOND,
  okStreak: 41,
  nextSlotAt: SLOT + 24 * HOUR,
  resolveReason: null,
  badCount: 1,
  missedCount: 1,
};

const RAN: Partial<AlertFacts> = { startedAt: SLOT + 3 * SECOND, host: "db-03", missedCount: 0 };
const ENDED: Partial<AlertFacts> = { ...RAN, finishedAt: SLOT + 250 * SECOND, durationMs: 247 * SECOND };

function input(facts: Partial<AlertFacts>, changes: Partial<IncidentInput> = {}): IncidentInput {
  return {
    alertId: "0198",
    event: "opened",
    at: SLOT + 12 * MINUTE,
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: { ...FACTS, ...facts },
    incident: { id: "i1", number: 3 },
    job: { id: "j1", slug: "db-backup", name: "db-backup", timeZone: "Europe/Riga", scheduleKind: "cron" },
    lastHost: "db-03",
    usual: { medianMs: 250 * SECOND, p95Ms: 5 * MINUTE, runs: 50 },
    output: null,
    elsewhere: null,
    ...changes,
  };
}

/** The whole message as lines, as a reader without any layout would see it. */
function read(of: MessageInput): string[] {
  const message = composeMessage(of);
  const lines = partsOf(message).flatMap((part) => {
    if (part.kind === "text") return [part.text];
    if (part.kind === "fact") return [`${part.label}: ${part.text}`];
    if (part.kind === "output") return outputLines(part.output).map((line) => `| ${line}`);
    return part.links.map((link) => `${link.label} → ${link.url}`);
  });
  return [message.verdict, ...lines];
}

const LINKS = [
  "Project: Acme",
  "Run → https://belfry.example.org/jobs/j1/runs/42",
  "Job → https://belfry.example.org/jobs/j1",
  "Incident → https://belfry.example.org/incidents/i1",
];
const NEXT = "Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)";
const LAST_GOOD =
  "Last good run: Mon 3 Mar 2025, 02:04:10 Europe/Riga (00:04:10 UTC), 1 d ago, the last of 41 good runs in a row";
const SINCE = "Since: Tue 4 Mar 2025, 02:12 Europe/Riga (00:12 UTC)";

describe("golden messages", () => {
  test("missed", () => {
    expect(read(input({}))).toEqual([
      "✗ MISSED · db-backup @ db-03",
      "Expected at 02:00 (Europe/Riga), nothing by 02:12 (grace 12 min).",
      "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 12 min ago.",
      SINCE,
      LAST_GOOD,
      NEXT,
      "What to do: Check that db-03 is up and cron runs: systemctl status cron; then that the job's line is still there: crontab -l.",
      ...LINKS,
    ]);
  });

  test("failed, with output", () => {
    const output = "starting\n\u001b[31mERROR: disk full\u001b[0m\ncopying 1 of 9\rcopying 9 of 9\n\n\nexit\n";
    expect(read(input({ ...ENDED, cause: "failed", exitCode: 3 }, { output }))).toEqual([
      "✗ FAILED (exit 3) · db-backup @ db-03",
      "The run failed at 02:04:10 (Europe/Riga) with exit code 3.",
      "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
      SINCE,
      "| starting",
      "| ERROR: disk full",
      "| copying 9 of 9",
      "| ",
      "| exit",
      "Duration: 4 min 7 s; usually 4 min 10 s, 95 % within 5 min",
      LAST_GOOD,
      NEXT,
      "What to do: Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
      ...LINKS,
    ]);
  });

  test("failed for the third time, killed", () => {
    expect(read(input({ ...ENDED, cause: "failed", exitCode: 137, badCount: 3 })).slice(0, 3)).toEqual([
      "✗ FAILED (exit 137) · db-backup @ db-03",
      "The run failed at 02:04:10 (Europe/Riga) with exit code 137: killed, often out of memory (SIGKILL).",
      "It is the last of 3 bad runs in a row.",
    ]);
  });

  test("overlong", () => {
    const facts = {
      ...RAN,
      cause: "overlong",
      maxRuntimeMs: 10 * MINUTE,
      deadlineAt: SLOT + 3 * SECOND + 10 * MINUTE,
    } as const;
    expect(
      read(input(facts, { at: SLOT + 10 * MINUTE + 4 * SECOND })).filter((line) => !/^(Since|Last|Next)/.test(line)),
    ).toEqual([
      "✗ OVERLONG (over 10 min) · db-backup @ db-03",
      "Started at 02:00:03 (Europe/Riga), not finished by 02:10:03 (limit 10 min).",
      "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
      "Duration: 10 min 1 s so far; usually 4 min 10 s, 95 % within 5 min",
      "What to do: See whether it hangs or is only slow on db-03: ps -eo pid,etime,args; if this is normal now, raise the job's time limit.",
      ...LINKS,
    ]);
  });

  test("overlap", () => {
    const lines = read(input({ ...RAN, cause: "overlap", severity: "warning", openRuns: 2 }));
    expect(lines.slice(0, 2)).toEqual([
      "⚠ OVERLAP (2 runs) · db-backup @ db-03",
      "2 runs are open at once: the newest started at 02:00:03 (Europe/Riga), before an earlier one had ended.",
    ]);
    expect(lines).toContain(
      "What to do: Keep runs apart with a lock (flock -n /tmp/db-backup.lock your-command), or allow overlap in the job's settings.",
    );
  });

  test("abandoned", () => {
    const lines = read(input({ ...RAN, cause: "abandoned" }));
    expect(lines.slice(0, 2)).toEqual([
      "✗ ABANDONED · db-backup @ db-03",
      "A run started at 02:00:03 (Europe/Riga) has not said how it ended, and no end is expected any more.",
    ]);
    expect(lines).toContain(
      "What to do: See whether it still runs on db-03, and let its last step ping in every case, also when it fails.",
    );
  });

  test("recovered, with downtime and missed runs", () => {
    const facts = { ...ENDED, resolveReason: "recovered", badCount: 3, missedCount: 2 } as const;
    expect(read(input(facts, { event: "resolved", at: SLOT + 50 * HOUR }))).toEqual([
      "✓ RECOVERED after 2 d 2 h · db-backup @ db-03",
      "Down from Tue 4 Mar 2025, 02:12 to Thu 6 Mar 2025, 04:00 (Europe/Riga), 2 d 2 h.",
      "Meanwhile 2 runs were missed, 1 run failed or did not end in time.",
      "Duration: 4 min 7 s; usually 4 min 10 s, 95 % within 5 min",
      NEXT,
      ...LINKS,
    ]);
  });

  test("withdrawn", () => {
    const lines = read(input({ ...ENDED, resolveReason: "withdrawn" }, { event: "resolved", at: SLOT + 50 * MINUTE }));
    expect(lines.slice(0, 2)).toEqual([
      "✓ WITHDRAWN: it was in order · db-backup @ db-03",
      "The alarm of 02:12 (Europe/Riga) was wrong: a ping delivered late, with its own time, shows that the run was in order.",
    ]);
  });

  test("overlap over", () => {
    const facts = { ...RAN, cause: "overlap", severity: "warning", resolveReason: "no-overlap" } as const;
    expect(read(input(facts, { event: "resolved", at: SLOT + 15 * MINUTE })).slice(0, 2)).toEqual([
      "✓ OVERLAP OVER · db-backup @ db-03",
      "Runs overlapped from 02:12 to 02:15 (Europe/Riga), 3 min.",
    ]);
  });

  test("reminder", () => {
    expect(read(input({}, { event: "reminder", at: SLOT + 3 * HOUR }))[0]).toBe(
      "✗ STILL MISSED for 2 h 48 min · db-backup @ db-03",
    );
  });

  test("notice of our own gap", () => {
    const facts = { notice: "own-gap", from: SLOT - HOUR, to: SLOT, unknownJobs: 12 } as const;
    expect(read({ alertId: "a", event: "notice", at: SLOT, baseUrl: "https://b", project: null, facts })).toEqual([
      "ℹ Belfry was away for 1 h",
      "Belfry took no pings from Mon 3 Mar 2025, 23:00 UTC to Tue 4 Mar 2025, 00:00 UTC.",
      "12 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.",
      "What to do: Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.",
      "Jobs → https://b/jobs",
    ]);
  });

  test("notice of an alert that did not arrive", () => {
    const facts = {
      notice: "undelivered",
      channelId: "c1",
      channel: "Ops",
      kind: "Slack",
      reason: "404 no_service https://hooks.slack.com/services/T0/B0/secret",
      refused: true,
      verdict: "✗ FAILED (exit 3) · db-backup @ db-03",
      incidentId: "i1",
    } as const;
    expect(read({ alertId: "a", event: "notice", at: SLOT, baseUrl: "https://b", project: null, facts })).toEqual([
      "✗ NOT DELIVERED over Slack · Ops",
      "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03",
      "The channel “Ops” (Slack) refused it for good. Its answer: 404 no_service https://hooks.slack.com/services/[masked]",
      "What to do: Repair the channel's address or make a new channel, then send a test.",
      "Incident → https://b/incidents/i1",
      "Channels → https://b/channels",
    ]);
  });

  test("a person's test of a channel", () => {
    const facts = { requestedBy: "Ada" };
    expect(read({ alertId: "a", event: "test", at: SLOT, baseUrl: "https://b", project: null, facts })).toEqual([
      "✓ TEST · Belfry can reach this channel",
      "This is a test, sent at Tue 4 Mar 2025, 00:00 UTC. Ada asked for it.",
      "Alerts of your jobs will arrive here.",
      "Channels → https://b/channels",
    ]);
  });
});

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

describe("nothing that a ping carries gets through", () => {
  test("control characters, line breaks and direction marks in names are gone", () => {
    const job = { ...input({}).job, name: "back\r\nBcc: x@example.org\u0000\u202e\u001b[31mup" };
    const message = composeMessage(input({}, { job, lastHost: "h\u2028o\u200bst\u0007" }));
    expect(message.verdict).toBe("✗ MISSED · back Bcc: x@example.orgup @ h ost");
  });

  test("an output of nothing but control characters is no output", () => {
    expect(
      composeMessage(input({ ...ENDED, cause: "failed" }, { output: "\u0000\u001b[0m\r\n\t\n" })).output,
    ).toBeNull();
  });

  test("error lines from far above come first, then the end", () => {
    const output = [
      "fatal: no space left",
      ...Array.from({ length: 60 }, (_, index) => `line ${index}`),
      "0 errors",
    ].join("\n");
    const excerpt = composeMessage(input({ ...ENDED, cause: "failed" }, { output })).output;
    expect(excerpt?.errors).toEqual(["fatal: no space left"]);
    expect(excerpt?.tail).toHaveLength(20);
    expect(excerpt?.tail.at(-1)).toBe("0 errors");
    expect(excerpt?.omitted).toBe(42);
  });

  test("never a ping address", () => {
    const output =
      "+ curl -fsS https://belfry.example.org/ping/5f0e4d7a-3f2b-4c77-9d6c-0d7b0b8b2b11/start\nERROR: /p/bfp_0123456789abcdef/x";
    const text = JSON.stringify(
      composeMessage(input({ ...ENDED, cause: "failed", host: "http://b/ping/abc" }, { output })),
    );
    expect(text).not.toContain("5f0e4d7a");
    expect(text).not.toContain("0123456789abcdef");
    expect(text).not.toContain("/ping/abc");
  });

  test("whatever comes in, every text is one bounded line of visible characters", () => {
    const anything = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(anything, anything, anything, (name, host, output) => {
        const job = { ...input({}).job, name };
        const message = composeMessage(input({ ...ENDED, cause: "failed", exitCode: 1, host }, { job, output }));
        expect(message.verdict.length).toBeLessThanOrEqual(60);
        const lines = [message.verdict, ...message.why, message.action ?? "", ...(message.output?.tail ?? [])];
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
