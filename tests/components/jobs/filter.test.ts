import { describe, expect, test } from "vitest";
import { byAttention, matches, onTile, parseQuery, ranksOf, type TileName } from "../../../components/jobs/filter.ts";
import { type JobView, statusAt } from "../../../components/jobs/job-view.ts";
import { HOUR, MINUTE } from "../../../lib/domain/time.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0);

function job(part: Partial<JobView>): JobView {
  return {
    id: part.name ?? "id",
    slug: "db-backup",
    name: "Nightly backup",
    environment: null,
    tags: ["backup", "db"],
    status: "ok",
    warning: null,
    running: 0,
    scheduleWords: "At 02:00 every day",
    timeZone: "Europe/Riga",
    lastDurationMs: null,
    nextExpectedAt: NOW + 22 * HOUR,
    lateAt: NOW + 22 * HOUR,
    lastPingAt: NOW - 2 * HOUR,
    lastOkAt: NOW - 2 * HOUR,
    channelCount: 1,
    ...part,
  };
}

describe("statusAt", () => {
  test("turns late by itself once its time has passed", () => {
    expect(statusAt(job({ lateAt: NOW }), NOW)).toBe("ok");
    expect(statusAt(job({ lateAt: NOW }), NOW + 1)).toBe("late");
    expect(statusAt(job({ status: "running", lateAt: NOW }), NOW + 1)).toBe("late");
  });

  test.each(["paused", "down"] as const)("stays %s however late", (status) => {
    expect(statusAt(job({ status, lateAt: NOW - HOUR }), NOW)).toBe(status);
  });
});

describe("the search field", () => {
  test.each([
    ["", true],
    ["night", true],
    ["BACKUP db", true],
    ["02:00", true],
    ["tag:back", true],
    ["tag:db tag:backup nightly", true],
    ["tag:shop", false],
    ["state:ok", true],
    ["state:late", false],
    ["state:late state:ok", true],
    ["weekly", false],
  ])("%j finds it: %s", (text, found) => {
    expect(matches(job({}), parseQuery(text), NOW)).toBe(found);
  });

  test("knows the words people use for states", () => {
    expect(matches(job({ status: "down" }), parseQuery("state:failing"), NOW)).toBe(true);
    for (const cause of ["overlap", "slow", "fast"] as const) {
      expect(matches(job({ warning: cause }), parseQuery(`state:${cause}`), NOW)).toBe(true);
      expect(matches(job({ warning: cause }), parseQuery("state:warning"), NOW)).toBe(true);
      expect(matches(job({}), parseQuery(`state:${cause}`), NOW)).toBe(false);
    }
    expect(matches(job({ warning: "slow" }), parseQuery("state:overlap"), NOW)).toBe(false);
  });

  test("an environment is a word to look for", () => {
    expect(matches(job({ environment: "staging" }), parseQuery("backup stag"), NOW)).toBe(true);
    expect(matches(job({}), parseQuery("stag"), NOW)).toBe(false);
  });
});

describe("the tiles", () => {
  const cases: [TileName, Partial<JobView>, boolean][] = [
    ["failing", { status: "down" }, true],
    ["failing", {}, false],
    ["late", { lateAt: NOW - 1 }, true],
    ["running", { running: 1, status: "running" }, true],
    ["running", { running: 1, status: "down" }, true],
    ["running", { running: 1, status: "paused" }, false],
    ["soon", { nextExpectedAt: NOW + 60 * MINUTE }, true],
    ["soon", { nextExpectedAt: NOW + 61 * MINUTE }, false],
    ["soon", { nextExpectedAt: NOW - 1 }, false],
    ["soon", { nextExpectedAt: NOW + MINUTE, status: "paused" }, false],
    ["new", { status: "new" }, true],
  ];
  test.each(cases)("%s with %j: %s", (tile, part, on) => expect(onTile(job(part), tile, NOW)).toBe(on));
});

test("what needs attention comes first, then names in the order people expect", () => {
  const jobs = [
    job({ name: "job 10" }),
    job({ name: "paused", status: "paused" }),
    job({ name: "job 9", status: "running" }),
    job({ name: "unknown", status: "unknown" }),
    job({ name: "overlaps", warning: "overlap" }),
    job({ name: "new", status: "new" }),
    job({ name: "late", lateAt: NOW - 1 }),
    job({ name: "down", status: "down" }),
  ];
  expect(byAttention(jobs, ranksOf(jobs, NOW)).map(({ name }) => name)).toEqual([
    "down",
    "late",
    "overlaps",
    "unknown",
    "new",
    "job 9",
    "job 10",
    "paused",
  ]);
});
