import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { SLOT } from "../support/messages.ts";
import { ENDED, missedInput as input, RAN, readMessage as read } from "../support/missed-message.ts";

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
