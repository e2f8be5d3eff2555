import { describe, expect, test } from "vitest";
import type { AlertFacts } from "../../lib/domain/incident.ts";
import type { AlertMessage, GroupInput, GroupMember, StandingMember } from "../../lib/domain/message.ts";
import { OUTAGE, OUTAGE_JOBS, outageMember, outageMessage } from "../support/outage-messages.ts";

const [first = outageMember("a"), ...others] = OUTAGE_JOBS;

function well(members: readonly GroupMember[], changes: Partial<StandingMember> = {}): StandingMember[] {
  return members.map((member) => ({ ...member, event: "resolved", ...changes }));
}

/** The end of all but those that `standing` has otherwise. */
function over(standing: StandingMember[], outage: Partial<GroupInput["outage"]>): AlertMessage {
  const listed = OUTAGE_JOBS.filter(({ jobId }) => !standing.some((member) => member.jobId === jobId));
  return outageMessage({
    ...{ event: "resolved", members: well(listed), standing: [...standing, ...well(listed)], heard: true },
    outage: { ...OUTAGE, open: 0, ...outage },
  });
}

describe("the end of an outage names its other jobs", () => {
  test("that are in trouble again, and leads to one of them", () => {
    const again = { incidentId: "i-next", cause: "failed" } as const;
    const message = over(well([first], { again, fate: "told" }), { again: 1 });
    expect(message).toMatchObject({ event: "resolved", verdict: "✓ 4 OF 5 RECOVERED · db-03" });
    expect(message.why).toEqual([
      "db-backup is in trouble again.",
      "✓ RECOVERED (4): mail-queue, log-rotate, import, export",
    ]);
    expect(message.links[0]?.url).toBe("https://belfry.example.org/incidents/i-next");
    expect(message.action).toBe(
      "Read the output on db-backup's page; then look at what it needs on db-03: a disk, the network, a database, credentials.",
    );
  });

  test("the first few of many", () => {
    const again = Array.from({ length: 7 }, (_, index) => {
      const next = { incidentId: `n-${index}`, cause: "missed" } as const;
      return { ...outageMember(`s${index}`), event: "resolved" as const, again: next };
    });
    const message = over(again, { again: 7, total: 12 });
    expect(message.why[0]).toBe("s0, s1, s2, s3, s4 and 2 more are in trouble again.");
    expect(message.action).toMatch(/^Check that db-03 is up/);
  });

  test("that are still in trouble, before those that are so again", () => {
    const again = { incidentId: "i-next", cause: "missed" } as const;
    const message = over([...OUTAGE_JOBS.slice(3, 4), ...well([first], { again })], { open: 1, again: 1 });
    expect(message.why.slice(0, 2)).toEqual([
      "1 of 5 jobs is still in trouble: import.",
      "db-backup is in trouble again.",
    ]);
    expect(message.links[0]?.url).toBe("https://belfry.example.org/incidents/i-import");
    expect(message.standing?.why.join(" ")).not.toMatch(/RECOVERED.*db-backup/);
  });

  test.each([
    [{ fate: "told" }, "Recovered too, told before: db-backup."],
    [{ fate: "muted" }, "Recovered too, muted: db-backup."],
    [{ fate: null }, "Recovered too: db-backup."],
  ] as const)("that are well and not in the list: %j", (changes, line) => {
    const message = over(well([first], changes), {});
    expect(message).toMatchObject({ tone: "good", action: null });
    expect(message.verdict).toMatch(/^✓ ALL 5 RECOVERED after/);
    expect(message.why.slice(1)).toEqual(["✓ RECOVERED (4): mail-queue, log-rotate, import, export", line]);
  });

  test("that a person ended: they are not known to be well", () => {
    const message = over(well([first], { fate: "told", closed: true }), {});
    expect(message.verdict).toMatch(/^✓ ALL 5 OVER after/);
    expect(message.why[0]).toMatch(/^In trouble from/);
    expect(message.why.at(-1)).toBe("Closed too, told before: db-backup.");
  });

  test("whose own end another message tells: nothing is left to do", () => {
    const message = over(well([first], { fate: "later" }), { later: 1 });
    expect(message).toMatchObject({ verdict: "✓ 4 OF 5 RECOVERED · db-03", action: null });
    expect(message.why.at(-1)).toBe("Told in another message: db-backup.");
    expect(message.standing?.verdict).toBe("✓ 4 OF 5 RECOVERED · db-03");
  });

  test("in one line, however many and however long their names are", () => {
    const many = Array.from({ length: 400 }, (_, index) => outageMember(`${index}-${"n".repeat(90)}`));
    const message = over(well(many, { fate: "told" }), { total: 405 });
    expect(message.why.at(-1)).toMatch(/^Recovered too, told before: 0-n+ and 399 more\.$/);
  });
});

describe("what to do about jobs in trouble", () => {
  const all = (facts: Partial<AlertFacts>): GroupMember[] =>
    ["a", "b", "c"].map((name) => outageMember(name, {}, facts));
  const CHECK = "Check that db-03 is up, reaches the network and has room on its disks; then";
  const SHARED =
    "Look at what the jobs share on db-03: a disk, the network, a database, credentials; then read each job's output on its page.";

  test.each([
    ["missed", null, `${CHECK} that cron runs: systemctl status cron.`],
    ["never-pinged", null, `${CHECK} that cron runs: systemctl status cron.`],
    ["overlong", null, `${CHECK} what still runs there: ps -eo pid,etime,args.`],
    ["abandoned", null, `${CHECK} what still runs there: ps -eo pid,etime,args.`],
    ["failed", 1, SHARED],
    ["overlap", null, SHARED],
    ["too-often", null, SHARED],
    ["slow", 1, SHARED],
  ] as const)("that are %s", (cause, finishedAt, action) => {
    expect(outageMessage({ members: all({ cause, finishedAt }) }).action).toBe(action);
  });

  test("some of which fell silent: that, and that the machine was up", () => {
    const [a = first, b = first] = all({ cause: "failed" });
    const silent = `${CHECK} that cron runs: systemctl status cron.`;
    const say = (members: GroupMember[]) => outageMessage({ members }).action;
    expect(say([first, a])).toBe(`${silent} 1 job reported a failure, so db-03 was up when it did.`);
    expect(say([a, first, b])).toBe(`${silent} 2 jobs reported failures, so db-03 was up when they did.`);
    const quick = outageMember("q", {}, { cause: "failed", minRuntimeMs: 60_000 });
    expect(say([first, quick])).toBe(`${silent} 1 job reported a run, so db-03 was up when it did.`);
  });

  test("counts those that were told before", () => {
    const members = [outageMember("x", {}, { cause: "failed" }), outageMember("y", {}, { cause: "failed" })];
    const message = outageMessage({ members, standing: [first, ...members], heard: true });
    expect(message.action).toMatch(/^Check that db-03 is up.* 2 jobs reported failures/);
  });

  test("of most of a project names no machine", () => {
    const outage = { ...OUTAGE, kind: "project", host: null } as const;
    expect(outageMessage({ members: all({ cause: "failed" }), outage }).action).toBe(
      "Look at what the jobs share: a disk, the network, a database, credentials; then read each job's output on its page.",
    );
    expect(outageMessage({ outage }).action).toContain("or the scheduler itself.");
  });

  test("is nothing where all are well", () => {
    expect(over([], {}).action).toBeNull();
  });
});

test("the figures of an outage are its jobs', and it has no number and no cause where these differ", () => {
  expect(outageMessage().incident).toMatchObject({ number: null, cause: null, badCount: 5, missedCount: 3 });
  const missed = others.slice(0, 2);
  expect(outageMessage({ members: missed }).incident).toMatchObject({ cause: "missed", badCount: 2, missedCount: 2 });
  const standing = [first, ...missed];
  expect(outageMessage({ members: missed, standing, heard: true }).incident).toMatchObject({ missedCount: 3 });
});
