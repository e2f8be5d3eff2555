import { describe, expect, it } from "vitest";
import { cron, instant, makePing, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const MINUTE = 60_000;
const LIMITS = { maxRuntimeMs: 10 * MINUTE };

describe("causes that change while an incident is open", () => {
  it("a new one is told once, with its run and what was told before", () => {
    const job = new Scenario(HOURLY)
      .ping("success", "01:00:05")
      .sweep("02:30")
      .ping("fail", "03:00:05", { exitCode: 3 });
    expect(job.told()).toEqual(["opened missed", "changed failed"]);
    const [opened, changed] = job.alerts;
    expect(changed).toMatchObject({ sequence: 2, incident: { number: 1, cause: "missed", laterCauses: ["failed"] } });
    expect(changed?.facts).toMatchObject({
      ...{ cause: "failed", severity: "critical", earlierCauses: ["missed"], openedAt: opened?.facts.openedAt },
      ...{ slotAt: instant("03:00"), finishedAt: instant("03:00:05"), exitCode: 3, badCount: 2, missedCount: 1 },
    });
    expect(job.events.map(({ kind, sequence }) => `${sequence} ${kind}`)).toEqual(["1 opened", "2 bad-run"]);
  });

  it("more runs of a cause that was told are not told, whatever came between them", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").sweep("02:30").ping("fail", "03:00:05").sweep("06:30");
    expect(job.told()).toEqual(["opened failed", "changed missed"]);
    expect(job.state.incidents[0]).toMatchObject({ badCount: 6, missedCount: 4 });
  });

  it("every cause at most once: four alerts an incident, and its end", () => {
    const job = new Scenario(HOURLY, LIMITS).ping("success", "00:00:05");
    for (const day of ["1", "2", "3"]) {
      job.sweep(`${day} 01:30`).ping("fail", `${day} 02:00:05`).ping("start", `${day} 03:00:05`).sweep(`${day} 03:20`);
      job.ping("fail", `${day} 03:30`);
    }
    job
      .edit("3 03:40", { limits: { maxRuntimeMs: null } })
      .ping("start", "3 04:00:05")
      .sweep("3 07:30");
    job.ping("start", "3 08:00:05").sweep("3 11:30").ping("success", "3 12:00:05");
    expect(job.told()).toEqual([
      "opened missed",
      "changed failed",
      "changed overlong",
      "changed abandoned",
      "resolved missed",
    ]);
  });

  it("a run that is called overlong and then fails is told as both", () => {
    const job = new Scenario(HOURLY, LIMITS).ping("start", "01:00:05").sweep("01:20").ping("fail", "01:25");
    expect(job.told()).toEqual(["opened overlong", "changed failed"]);
  });

  it("what is noticed with the alarm is one trouble with it, and is told when it comes again", () => {
    const job = new Scenario(HOURLY).ping("start", "01:00:05").sweep("03:30");
    expect(job.story()).toEqual(["abandoned@01:00", "skipped@02:00", "missed@03:00"]);
    expect(job.told()).toEqual(["opened abandoned"]);
    expect(job.sweep("06:30").told()).toEqual(["opened abandoned", "changed missed"]);
  });

  it("the next incident begins anew", () => {
    const job = new Scenario(HOURLY).ping("fail", "01:00:05").sweep("02:30").ping("success", "03:00:05");
    job.ping("fail", "04:00:05").sweep("05:30");
    const one = ["opened failed", "changed missed"];
    expect(job.told()).toEqual([...one, "resolved failed", ...one]);
  });

  it("what does not open an incident changes none: good, skipped and unknown runs, and warnings", () => {
    const job = new Scenario(HOURLY, { successesToClose: 2 }).ping("fail", "01:00:05").ping("success", "02:00:05");
    job.ping("skip", "03:00:05").ping("start", "04:00:05").ping("start", "04:01");
    expect(job.told().filter((told) => told.startsWith("changed"))).toEqual([]);
  });

  it("a cause whose verdict is withdrawn by the next ping stays told, though no sweep came between", () => {
    const limits = { ...LIMITS, successesToClose: 2 };
    const job = new Scenario(HOURLY, limits).ping("fail", "01:00:05").ping("start", "02:00:05");
    job.ping("success", "02:30", { at: instant("02:05") });
    expect(job.told()).toEqual(["opened failed", "changed overlong"]);
    job.ping("start", "03:00:05").sweep("03:20");
    expect(job.told()).toEqual(["opened failed", "changed overlong"]);
  });

  it("a cause that was told stays so, though it is withdrawn", () => {
    const job = new Scenario(HOURLY, { ...LIMITS, successesToClose: 2 }).ping("fail", "01:00:05");
    job
      .ping("start", "02:00:05")
      .sweep("02:20")
      .ping("success", "02:30", { at: instant("02:05") });
    expect(job.told()).toEqual(["opened failed", "changed overlong"]);
    job.ping("start", "03:00:05").sweep("03:20");
    expect(job.told()).toEqual(["opened failed", "changed overlong"]);
  });

  it("misses that an earlier row counted already are told as well", () => {
    const job = new Scenario(HOURLY, { failuresToOpen: 3 }).ping("success", "01:00:05").sweep("03:30");
    job.ping("fail", "04:00:05").sweep("05:30");
    expect(job.told()).toEqual(["opened failed", "changed missed"]);
  });
});

describe("a miss that a start told late takes back", () => {
  it("changes the incident alike, whether a sweep or the start was first", () => {
    const unswept = new Scenario(HOURLY).ping("fail", "00:00");
    const swept = new Scenario(HOURLY);
    swept.state = unswept.state;
    const late = makePing("start", "01:12:00.388", { at: instant("01:12") });
    unswept.apply(late);
    swept.sweep("01:12:00.001").apply(late);
    expect(unswept.told()).toEqual(["opened failed", "changed missed"]);
    expect(swept.told()).toEqual(["changed missed"]);
    expect(unswept.state).toEqual(swept.state);
  });

  it("lets the next miss be told no second time, however often was swept", () => {
    const unswept = new Scenario(HOURLY, { maxRuntimeMs: 4 * MINUTE }).ping("start", "00:00").sweep("01:00");
    const swept = new Scenario(HOURLY);
    swept.state = unswept.state;
    const late = makePing("start", "01:12:01.001", { at: instant("01:12") });
    unswept.apply(late).sweep("02:30");
    swept.sweep("01:12:01").apply(late).sweep("02:30");
    expect(unswept.told()).toEqual(["opened overlong", "changed missed"]);
    expect(unswept.alerts[1]).toMatchObject({ at: instant("01:12"), sequence: 2, facts: { badCount: 2 } });
    expect(swept.alerts).toEqual(unswept.alerts.slice(1));
    expect(unswept.state).toEqual(swept.state);
  });
});
