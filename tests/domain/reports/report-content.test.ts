import { describe, expect, test } from "vitest";
import { composeMessage } from "../../../lib/domain/message.ts";
import { reportContent } from "../../../lib/domain/reports/report-content.ts";
import { failedJobs, flakyJobs, listed, noisyJobs, slowerJobs } from "../../../lib/domain/reports/report-lists.ts";
import type { ReportFacts } from "../../../lib/domain/reports/report-facts.ts";
import { untoldJobs } from "../../../lib/domain/reports/reach.ts";
import { HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { BUSY_FACTS, QUIET_FACTS } from "../../support/report-facts.ts";

const KNOWN = {
  ...{ baseUrl: "https://belfry.example.org", project: "Night shift", maskPatterns: [] },
  graceLinks: new Map<string, string>(),
};

describe("a report", () => {
  test("of a quiet week says so in three lines", () => {
    const content = reportContent({ ...KNOWN, facts: QUIET_FACTS });
    expect(content).toEqual({
      title: "Your week in Night shift",
      days: "Mon 16 Nov 2026 to Sun 22 Nov 2026, Europe/Riga",
      lead: [
        "Nothing failed that week.",
        "12 jobs had 840 runs, 100 % of them good; 0 incidents opened, and 0 alerts were sent.",
      ],
      sections: [],
    });
  });

  describe("about a time in which there was nothing to watch", () => {
    const totals = { ...QUIET_FACTS.totals, ok: 0 };
    const lead = (since: ReportFacts["since"], changes: Partial<ReportFacts> = {}) =>
      reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, totals, since, ...changes } }).lead;
    const { from, to } = QUIET_FACTS;

    test("says since when there is, and counts nothing", () => {
      expect(lead({ installedAt: to + HOUR, firstJobAt: to + 2 * HOUR })).toEqual([
        "Belfry was installed on Mon 23 Nov 2026; there is nothing to tell of the time before.",
      ]);
      expect(lead({ installedAt: 0, firstJobAt: to })).toEqual([
        "The first job of this project was made on Mon 23 Nov 2026; there is nothing to tell of the time before.",
      ]);
      expect(lead({ installedAt: 0, firstJobAt: null })).toEqual([
        "This project has no jobs yet; there is nothing to tell.",
      ]);
    });

    test("still says where alarms go now", () => {
      expect(lead({ installedAt: to, firstJobAt: null }, { fallback: [] })).toHaveLength(2);
    });

    test("counts where there was something after all, or where a part of it could be watched", () => {
      const counted = "12 jobs had 0 runs; 0 incidents opened, and 0 alerts were sent.";
      const partly = "Belfry was installed on Mon 16 Nov 2026: nothing is counted from before.";
      expect(lead({ installedAt: from + HOUR, firstJobAt: from + HOUR })).toEqual([
        ...["Nothing failed that week.", counted, partly],
      ]);
      expect(lead({ installedAt: to, firstJobAt: to }, { totals: { ...totals, ok: 3 } })[1]).toContain(
        "12 jobs had 3 runs",
      );
      expect(lead({ installedAt: from, firstJobAt: from })).toEqual(["Nothing failed that week.", counted]);
    });
  });

  test("says what wants to be looked at first, and what to do about each", () => {
    const content = reportContent({ ...KNOWN, facts: BUSY_FACTS });
    expect(content.lead[0]).toBe("14 jobs failed that week, 1 of them still down.");
    expect(content.lead[1]).toContain("861 runs, 96.3 % of them good; 9 incidents opened, and 1,234 alerts were sent.");
    expect(content.sections.map(({ title, lines, more }) => [title, lines[0]?.detail, more])).toEqual([
      ["Failed", "Broke once, down for 1 d 2 h in all, 3 bad runs; still down.", 12],
      ["Nobody would be told", "No working channel hears of it.", 0],
      ["Broken channels", "404 no_team", 0],
      ["Flakiest", "Broke 7 times.", 0],
      ["Noisiest", "28 alerts.", 0],
      ["Growing slower", "25 min, was 10 min.", 0],
      ["Grace that does not fit", "Grace 5 min; most runs come within 9 min, so 20 min would suit.", 0],
      ["Never pinged", "Made on Thu 1 Oct 2026.", 0],
    ]);
    expect(content.sections[0]?.lines[1]?.detail).toBe("Broken since before, down for 40 min in all, 1 bad run.");
  });

  test("masks what the project has masked, in names of jobs and in answers of receivers", () => {
    const content = reportContent({ ...KNOWN, maskPatterns: ["db-*", "no_*"], facts: BUSY_FACTS });
    const lines = content.sections.flatMap(({ lines: all }) => all);
    expect(lines[0]?.text).toBe("[masked]");
    expect(lines.map(({ detail }) => detail)).toContain("404 [masked]");
    const known = { alertId: "a1", event: "report", at: 0, baseUrl: KNOWN.baseUrl, project: null } as const;
    const told = { ...known, facts: BUSY_FACTS, graceLinks: KNOWN.graceLinks, maskPatterns: ["db-*"] };
    expect(composeMessage(told).report?.sections[0]?.lines[0]?.text).toBe("[masked]");
  });

  test("offers a change at one click only where its reader has a link for it", () => {
    const grace = BUSY_FACTS.graces.top[0]?.jobId ?? "";
    const content = reportContent({ ...KNOWN, facts: BUSY_FACTS, graceLinks: new Map([[grace, "https://x/grace/t"]]) });
    const lines = content.sections.flatMap(({ lines: all }) => all);
    expect(lines.flatMap(({ action }) => action ?? [])).toEqual([
      { label: "Change to 20 min", url: "https://x/grace/t" },
    ]);
  });

  test("says where alarms of a project without channels go", () => {
    const mailed = reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, fallback: ["owner@example.org"] } });
    expect(mailed.lead.at(-1)).toMatch(/No channel .* is switched on: alarms go by mail to owner@example.org/);
    const unheard = reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, fallback: [] } });
    expect(unheard.lead.at(-1)).toMatch(/nobody would hear of an alarm/);
  });

  test("tells runs that went wrong from jobs that broke", () => {
    const totals = { ...QUIET_FACTS.totals, bad: 2 };
    const content = reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, period: "month", totals } });
    expect(content.lead[0]).toBe("No job broke that month, though 2 runs went wrong.");
  });

  test("never rounds up to all of them good", () => {
    const totals = { ...QUIET_FACTS.totals, ok: 99_999, bad: 1 };
    expect(reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, totals } }).lead[1]).toContain("99.9 %");
  });

  test("keeps names to one line and their secrets to itself", () => {
    const name = "a\u202e\r\nBcc: x@example.org ghp_0123456789abcdefghijklmnopqrstuvwxyz12";
    const untold = listed([{ jobId: "7", name }]);
    const [line] = reportContent({ ...KNOWN, facts: { ...QUIET_FACTS, untold } }).sections[0]?.lines ?? [];
    expect(line?.text).toMatch(/^a Bcc: x@example.org /);
    expect(line?.text).not.toContain("0123456789");
  });

  test("is a message whose first line fits a subject", () => {
    const message = composeMessage({
      ...{ event: "report", alertId: "1", at: BUSY_FACTS.to, baseUrl: KNOWN.baseUrl },
      ...{ project: { id: "p", name: "A project with a name that goes on and on and on and on" } },
      ...{ facts: BUSY_FACTS, graceLinks: KNOWN.graceLinks },
    });
    expect(message.verdict.length).toBeLessThanOrEqual(60);
    expect(message).toMatchObject({ event: "report", tone: "warning", incident: null, job: null });
    expect(message.report?.sections).toHaveLength(8);
  });
});

describe("what is listed", () => {
  const failed = (name: string, changes = {}) => {
    return { jobId: name, name, incidents: 1, downMs: HOUR, bad: 1, stillDown: false, ...changes };
  };

  test("what is down comes first, then what was for longest", () => {
    const jobs = [failed("a"), failed("b", { downMs: 2 * HOUR }), failed("c", { stillDown: true, downMs: MINUTE })];
    expect(failedJobs(jobs).top.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });

  test("breaking three times is flaky, and five alerts are noise", () => {
    const jobs = [failed("a", { incidents: 2 }), failed("b", { incidents: 3 }), failed("c", { incidents: 9 })];
    expect(flakyJobs(jobs).top.map(({ name }) => name)).toEqual(["c", "b"]);
    const alerts = [4, 5, 6].map((n) => ({ jobId: String(n), name: String(n), alerts: n }));
    expect(noisyJobs(alerts).top.map(({ name }) => name)).toEqual(["6", "5"]);
  });

  test("slower is by a quarter and by ten seconds", () => {
    const job = (name: string, beforeMs: number, nowMs: number) => ({ jobId: name, name, beforeMs, nowMs });
    const jobs = [job("seconds", 1_000, 9_000), job("little", HOUR, 1.2 * HOUR), job("much", HOUR, 2 * HOUR)];
    expect(slowerJobs(jobs).top.map(({ name }) => name)).toEqual(["much"]);
  });

  test("ten are named and the others counted", () => {
    expect(listed(Array.from({ length: 25 }, (_, n) => n))).toEqual({ top: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], total: 25 });
  });
});

describe("jobs of which nobody would be told", () => {
  const channel = (id: string, changes = {}) => ({ id, working: true, rules: {}, ...changes });
  const job = (jobId: string, channelIds: string[] | null = null, tags: string[] = []) => {
    return { jobId, name: jobId, tags, channelIds };
  };
  const untold = (channels: ReturnType<typeof channel>[], jobs: ReturnType<typeof job>[], fallback: string[] | null) =>
    untoldJobs({ channels, jobs, fallback }).map(({ name }) => name);

  test("are those that only broken channels hear of, or channels that leave them out", () => {
    const channels = [channel("ok", { rules: { tags: ["db"] } }), channel("broken", { working: false })];
    const jobs = [job("tagged", null, ["db"]), job("plain"), job("own", ["broken"], ["db"]), job("none", [], ["db"])];
    expect(untold(channels, jobs, null)).toEqual(["plain", "own", "none"]);
  });

  test("are none where owners hear by mail, and all where nobody does", () => {
    expect(untold([], [job("a")], ["owner@example.org"])).toEqual([]);
    expect(untold([], [job("a")], [])).toEqual(["a"]);
  });
});
