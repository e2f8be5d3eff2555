import { describe, expect, test } from "vitest";
import { partsOf } from "../../lib/domain/message-parts.ts";
import type { AlertMessage, GroupInput, GroupMember } from "../../lib/domain/message.ts";
import { failedInput } from "../support/messages.ts";
import {
  followUpMessage,
  outageMember,
  outageMessage,
  OUTAGE,
  OUTAGE_JOBS,
  outageOverMessage,
  partlyRecoveredMessage,
} from "../support/outage-messages.ts";

/** Verdict and what stands below it, links left out. */
function read(message: AlertMessage): string[] {
  const lines = partsOf(message).flatMap((part) => {
    if (part.kind === "text") return [part.text];
    return part.kind === "fact" ? [`${part.label}: ${part.text}`] : [];
  });
  return [message.verdict, ...lines];
}

const TODO =
  "What to do: Check that db-03 is up, reaches the network and has room on its disks; then that cron runs: systemctl status cron. 2 jobs reported failures, so db-03 was up when they did.";
const SINCE = "Since: Tue 4 Mar 2025, 02:12 Europe/Riga (00:12 UTC)";

describe("jobs of one machine", () => {
  test("are named by what happened to them", () => {
    expect(read(outageMessage())).toEqual([
      "✗ 5 JOBS IN TROUBLE · db-03",
      "5 jobs of db-03 are in trouble at the same time.",
      "✗ MISSED (3): db-backup (02:00), mail-queue (02:00), log-rotate (02:00)",
      "✗ FAILED (2): import (exit 1), export (exit 2)",
      SINCE,
      TODO,
      "Project: Acme",
    ]);
  });

  test("that are all alike say how in the first line", () => {
    expect(outageMessage({ members: OUTAGE_JOBS.slice(0, 3) }).verdict).toBe("✗ 3 JOBS MISSED · db-03");
    const slow = OUTAGE_JOBS.map(({ name }) => outageMember(name, {}, { cause: "too-often", severity: "warning" }));
    expect(outageMessage({ members: slow })).toMatchObject({ verdict: "⚠ 5 JOBS TOO OFTEN · db-03", tone: "warning" });
  });

  test("in which something else is wrong now are told as that, not as more jobs", () => {
    const members = OUTAGE_JOBS.slice(0, 2).map(({ name }) =>
      outageMember(name, { event: "changed" }, { cause: "failed" }),
    );
    const changed = outageMessage({ event: "changed", members, outage: OUTAGE, heard: true });
    expect(changed).toMatchObject({ event: "changed", tone: "bad", verdict: "✗ 2 JOBS NOW FAILED · db-03" });
  });

  test("one of which is stable again while others are in trouble have not ended", () => {
    const [first = outageMember("a")] = OUTAGE_JOBS;
    const outage = { ...OUTAGE, open: 4, total: 5 };
    const stable = outageMessage({ event: "stable", members: [{ ...first, event: "stable" }], outage, heard: true });
    expect(stable).toMatchObject({ event: "changed", tone: "warning", verdict: "✓ 1 JOB STABLE AGAIN · db-03" });
    expect(stable.incident?.resolvedAt).toBeNull();
  });

  test("that join later are a follow-up, and what they join stands beside it", () => {
    const message = followUpMessage();
    expect(message.event).toBe("changed");
    expect(read(message).slice(0, 3)).toEqual([
      "✗ 2 MORE MISSED, 7 IN ALL · db-03",
      "7 jobs of db-03 are in trouble at the same time.",
      "✗ MISSED (2): cert-renewal (02:00), reports (02:00)",
    ]);
    expect(message.standing && read(message.standing).slice(0, 4)).toEqual([
      "✗ 7 JOBS IN TROUBLE · db-03",
      "7 jobs of db-03 are in trouble at the same time.",
      "✗ MISSED (5): db-backup (02:00), mail-queue (02:00), log-rotate (02:00), cert-renewal (02:00), reports (02:00)",
      "✗ FAILED (2): import (exit 1), export (exit 2)",
    ]);
  });

  test("of which some are well again say which are not", () => {
    const message = partlyRecoveredMessage();
    expect(message).toMatchObject({ event: "changed", tone: "warning", verdict: "✓ 3 OF 5 RECOVERED · db-03" });
    expect(message.why).toEqual([
      "2 of 5 jobs are still in trouble: import and export.",
      "✓ RECOVERED (3): db-backup, mail-queue, log-rotate",
    ]);
    expect(message.standing?.verdict).toBe("✗ 2 OF 5 JOBS STILL FAILED · db-03");
    expect(message.standing?.why.slice(1)).toEqual([
      "✗ FAILED (2): import (exit 1), export (exit 2)",
      "✓ RECOVERED (3): db-backup, mail-queue, log-rotate",
    ]);
  });

  test("recover as one", () => {
    const message = outageOverMessage();
    expect(read(message)).toEqual([
      "✓ ALL 5 RECOVERED after 2 h · db-03",
      "Down from 02:12 to 04:12 (Europe/Riga), 2 h.",
      "✓ RECOVERED (5): db-backup, mail-queue, log-rotate, import, export",
      "Project: Acme",
    ]);
    expect(message).toMatchObject({ event: "resolved", tone: "good", standing: null, action: null });
    expect(message.incident).toMatchObject({ resolveReason: "recovered", alone: [{ id: "i-db-backup" }] });
  });

  test("were in trouble until the last of them recovered, whatever the message is about", () => {
    const well = OUTAGE_JOBS.map((member) => ({ ...member, event: "resolved" as const }));
    const outage = { ...MORE, open: 0, total: 5, endedAt: MORE.openedAt + 224_000 };
    const message = outageMessage({ event: "resolved", members: well, outage, heard: true });
    expect(message.verdict).toBe("✓ ALL 5 RECOVERED after 3 min 44 s · db-03");
    expect(message.why[0]).toBe("Down from 02:12 to 02:15:44 (Europe/Riga), 3 min 44 s.");
    expect(message.incident?.resolvedAt).toBe(outage.endedAt);
  });

  test("of which one is in trouble again are over, but not all well", () => {
    const well = OUTAGE_JOBS.slice(1).map((member) => ({ ...member, event: "resolved" as const }));
    const outage = { ...MORE, open: 0, total: 5, again: 1 };
    const message = outageMessage({ event: "resolved", members: well, outage, heard: true });
    expect(message).toMatchObject({ event: "resolved", tone: "warning", verdict: "✓ 4 OF 5 RECOVERED · db-03" });
    expect(message.why[0]).toBe("1 of 5 jobs is in trouble again.");
  });

  test("of which some are told to be well later are not over", () => {
    const well = OUTAGE_JOBS.slice(1).map((member) => ({ ...member, event: "resolved" as const }));
    const outage = { ...MORE, open: 0, total: 5, later: 1 };
    const message = outageMessage({ event: "resolved", members: well, outage, heard: true });
    expect(message).toMatchObject({ event: "changed", tone: "warning", verdict: "✓ 4 OF 5 RECOVERED · db-03" });
    expect(message.incident?.resolvedAt).toBeNull();
  });

  test("that somebody paused are over, not well", () => {
    const [first, ...others] = OUTAGE_JOBS.map((member) => ({ ...member, event: "resolved" as const }));
    if (first === undefined) return expect.unreachable();
    const paused = { ...first, facts: { ...first.facts, resolveReason: "paused" as const } };
    const outage = { ...MORE, open: 0, total: 5 };
    const message = outageMessage({ event: "resolved", members: [paused, ...others], outage, heard: true });
    expect(message.verdict).toMatch(/^✓ ALL 5 OVER after .* · db-03$/);
    expect(message.why).toEqual([
      "In trouble from 02:12 to 02:12:04 (Europe/Riga), 4 s.",
      "✓ CLOSED: db-backup",
      "✓ RECOVERED (4): mail-queue, log-rotate, import, export",
    ]);
  });

  test("of which one joins are told with all that is known of it", () => {
    const only = failedInput();
    const message = outageMessage({
      members: [outageMember("db-backup", {}, only.facts)],
      only,
      heard: true,
      outage: MORE,
    });
    expect(message.verdict).toBe("✗ FAILED (exit 3) · db-backup @ db-03 · 1 more, 4 in all");
    expect(message.why.at(-1)).toBe("4 jobs of this outage are in trouble: db-03.");
    expect(message.output?.tail).toContain("ERROR: disk full");
    expect(message.incident?.id).toBe(MORE.id);
    const wide = outageMessage({
      members: [outageMember("a")],
      only,
      heard: true,
      outage: { ...MORE, kind: "project" },
    });
    expect(wide.why.at(-1)).toBe("4 jobs of this outage are in trouble: more than half of what had to run.");
  });
});

test("one more of an outage is named by it within 60 characters, however long its own name is", () => {
  const job = {
    id: "j1",
    slug: "a",
    name: "nightly-export-of-all-customers",
    timeZone: "UTC",
    scheduleKind: "cron",
  } as const;
  const only = failedInput({ job });
  const message = outageMessage({ members: [outageMember("a")], only, heard: true, outage: { ...MORE, open: 1_200 } });
  expect(message.verdict).toMatch(/^✗ FAILED \(exit 3\) · nightly-.* · 1 more, 1200 in all$/);
  expect(message.verdict.length).toBeLessThanOrEqual(60);
});

const MORE: GroupInput["outage"] = {
  ...{
    id: "o1",
    kind: "host",
    host: "db-03",
    openedAt: Date.UTC(2025, 2, 4, 0, 12),
    open: 4,
    total: 4,
    later: 0,
    again: 0,
    endedAt: null,
    alone: [],
  },
};

describe("most of a project", () => {
  test("says on which machines", () => {
    const hosts = ["web-1", "web-1", "web-2", null, "a", "b", "c", "d"];
    const members = hosts.map((host, index) => outageMember(`job-${index}`, { host }));
    const message = outageMessage({ members, outage: { ...MORE, kind: "project", host: null, open: 8, total: 8 } });
    expect(message.verdict).toBe("✗ 8 JOBS MISSED · most of the project");
    expect(message.why.slice(0, 2)).toEqual([
      "8 jobs are in trouble at the same time: more than half of what had to run.",
      "Machines: web-1 (2 jobs), web-2 (1 job), a (1 job), b (1 job), c (1 job), 1 more.",
    ]);
  });
});

describe("however many there are", () => {
  const members: GroupMember[] = Array.from({ length: 1_000 }, (_, index) => outageMember(`nightly-job-${index}`));
  const message = outageMessage({ members });

  test("the text stays short and counts the rest", () => {
    expect(message.why.length).toBeLessThanOrEqual(10);
    for (const line of message.why) expect(line.length).toBeLessThanOrEqual(260);
    const named = message.why.join(" ").match(/nightly-job-/g)?.length ?? 0;
    expect(named).toBeGreaterThan(50);
    expect(message.why.at(-1)).toBe(`… and ${1_000 - named} more, which the incident's page lists.`);
  });

  test("programs get every one", () => {
    expect(message.members.map(({ slug }) => slug)).toEqual(members.map(({ slug }) => slug));
    expect(message.members[0]).toMatchObject({
      incidentId: "i-nightly-job-0",
      cause: "missed",
      head: "✗ MISSED",
      host: "db-03",
    });
  });

  test("a long name of a machine keeps the verdict within 60 characters", () => {
    const outage = {
      ...MORE,
      host: "very-long-host-name-of-a-machine.internal.example.org",
      total: 1_000,
      open: 1_000,
    };
    expect(outageMessage({ members, outage }).verdict.length).toBeLessThanOrEqual(60);
  });

  test("names that clients chose are plain lines, and masked", () => {
    const host = "http://u:hunter2@db\r\n<b>";
    const nasty = outageMessage({
      ...{ members: [outageMember("a", { host, name: "a\nb\u202e" }), outageMember("c")] },
      ...{ outage: { ...MORE, host }, maskPatterns: ["db*"] },
    });
    expect(JSON.stringify(nasty)).not.toMatch(/hunter2|\\r|\\n|\u202e/);
    expect(nasty.verdict).toBe("✗ 2 JOBS MISSED · http://u:[masked]@[masked] <b>");
  });
});
