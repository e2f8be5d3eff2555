import { describe, expect, it } from "vitest";
import { cron, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const A = "aaaaaaaa-0000-4000-8000-000000000000";
const B = "bbbbbbbb-0000-4000-8000-000000000000";
const LATEST = { endsLatest: true };

describe("an end without run id of a client that means the latest run", () => {
  it("ends the latest run that is open, though that has an id", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" }).ping("start", "01:00:05", { runId: A });
    job.ping("start", "01:10", { runId: B }).ping("success", "01:20", LATEST);
    expect(job.runs().map(({ runId, outcome }) => [runId, outcome])).toEqual([
      [A, "running"],
      [B, "ok"],
    ]);
  });

  it("ends a run without id before any with one", () => {
    const job = new Scenario(HOURLY, { overlap: "allow" })
      .ping("start", "01:00:05")
      .ping("start", "01:10", { runId: A });
    job.ping("fail", "01:20", LATEST);
    expect(job.runs().map(({ runId, outcome }) => [runId, outcome])).toEqual([
      [null, "failed"],
      [A, "running"],
    ]);
  });

  it("is a run of its own where none is open", () => {
    const job = new Scenario(NO_SCHEDULE)
      .ping("start", "01:00:05", { runId: A })
      .ping("success", "01:01", { runId: A });
    expect(job.ping("success", "02:00", LATEST).runs()).toHaveLength(2);
  });

  it("ends an overlong run late, and one that ended unknown while Belfry was away", () => {
    const late = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05", { runId: A });
    late.sweep("01:11").ping("success", "01:20", LATEST);
    expect(late.runs()).toMatchObject([{ outcome: "overlong", finishedLate: true }]);
    const away = new Scenario(HOURLY, { maxRuntimeMs: 10 * MINUTE }).ping("start", "01:00:05", { runId: A });
    away.gap("01:05", "01:15").sweep("01:16");
    expect(away.runs()).toMatchObject([{ outcome: "unknown" }]);
    expect(away.ping("success", "01:20", LATEST).runs()).toMatchObject([{ outcome: "ok", runId: A }]);
  });

  it("is no re-send of the end before where a run began in between that may well end now", () => {
    const job = new Scenario(NO_SCHEDULE).ping("start", "01:00:00", { runId: A }).ping("success", "01:00:02", LATEST);
    job.ping("start", "01:00:03", { runId: B }).ping("success", "01:00:05", LATEST);
    expect(job.runs().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });

  it("ends nothing that has an id without meaning it", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05", { runId: A }).ping("success", "01:20");
    expect(job.runs().map(({ outcome }) => outcome)).toEqual(["running", "ok"]);
  });
});
