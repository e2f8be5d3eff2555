import { describe, expect, it } from "vitest";
import { applyHeard } from "../../../lib/domain/transition.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { cron, every, instant, NO_SCHEDULE, Scenario } from "../../support/scenario.ts";

const HOURLY = cron("0 * * * *");
const DAILY = cron("0 3 * * *");

describe("a job that was never heard of", () => {
  it("is told once it was there for a day and two slots have gone by", () => {
    const job = new Scenario(HOURLY).sweep("2 00:00");
    expect(job.told()).toEqual([]);
    expect(job.checkAt).toBe(instant("2 00:00"));
    job.sweep("2 00:00:01").sweep("9 00:00");
    expect(job.told()).toEqual(["opened never-pinged"]);
    expect(job.alerts[0]).toMatchObject({ at: instant("2 00:00"), facts: { severity: "warning", runNumber: 0 } });
    expect(job.status("3 00:00")).toBe("new");
    expect(job.checkAt).toBeNull();
  });

  it("waits for the deadline of its second slot, and for twice its interval", () => {
    expect(new Scenario(DAILY).sweep("1 00:01").checkAt).toBe(instant("2 04:00"));
    expect(new Scenario(every(3 * DAY)).sweep("1 00:01").checkAt).toBe(instant("7 01:00"));
    expect(new Scenario(cron("0 3 30 2 *")).sweep("1 00:01").checkAt).toBeNull();
    expect(new Scenario(NO_SCHEDULE).sweep("9 00:00").told()).toEqual([]);
  });

  it("is in order with its first ping, whatever that says", () => {
    for (const action of ["success", "start", "fail", "skip", "log"] as const) {
      const job = new Scenario(HOURLY).sweep("3 00:00").ping(action, "3 00:30");
      expect(job.told().slice(0, 2)).toEqual(["opened never-pinged", "resolved never-pinged"]);
      expect(job.alerts[1]?.facts.resolveReason).toBe("recovered");
    }
  });

  it("is not told of at its first ping, however late that comes", () => {
    const job = new Scenario(HOURLY).ping("success", "20 00:00:05").sweep("20 00:30");
    expect(job.told()).toEqual([]);
    expect(new Scenario(HOURLY).ping("log", "1 00:30").sweep("9 00:00").told()).toEqual([]);
  });

  it("is heard of by a ping that is only kept", () => {
    const job = new Scenario(HOURLY).sweep("3 00:00");
    const heard = applyHeard(job.state, instant("3 01:00"));
    expect(heard.alerts.map(({ event }) => event)).toEqual(["resolved"]);
    expect(heard).toMatchObject({ disposition: "ignored", checkAt: null, state: { lastPingAt: instant("3 01:00") } });
  });

  it("gets the time of our own absence on top", () => {
    const job = new Scenario(HOURLY, {}, { gaps: [{ from: instant("06:00"), to: instant("1 18:00") }] });
    expect(job.sweep("1 18:01").checkAt).toBe(instant("2 00:00") + 12 * HOUR);
    const away = new Scenario(HOURLY, {}, { gaps: [{ from: instant("06:00"), to: instant("5 06:00") }] });
    expect(away.sweep("5 06:01").told()).toEqual([]);
  });

  it("is nobody's trouble while it is paused, and begins anew when it is resumed or its schedule changes", () => {
    const job = new Scenario(HOURLY).sweep("3 00:00").pause("3 01:00").sweep("9 00:00");
    expect(job.told()).toEqual(["opened never-pinged", "resolved never-pinged"]);
    expect(job.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "paused" });
    expect(job.resume("9 00:00").checkAt).toBe(instant("10 00:00"));
    const edited = new Scenario(HOURLY).sweep("3 00:00").edit("3 01:00", { schedule: NO_SCHEDULE }).sweep("9 00:00");
    expect(edited.told()).toEqual(["opened never-pinged", "resolved never-pinged"]);
    expect(edited.events.at(-1)).toMatchObject({ kind: "resolved", resolveReason: "edited" });
  });

  it("is the same however often and late it is looked at", () => {
    const often = new Scenario(DAILY);
    for (let at = instant("1 00:00"); at < instant("5 00:00"); at += 7 * MINUTE) often.sweep(at);
    const once = new Scenario(DAILY).sweep("5 00:00");
    expect(often.sweep("5 00:00").alerts).toEqual(once.alerts);
    expect(often.state).toEqual(once.state);
  });
});
