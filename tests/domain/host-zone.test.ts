import { describe, expect, it } from "vitest";
import { hostZoneOf } from "../../lib/domain/host-zone.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { DAY, HOUR, MINUTE, SECOND, type Millis } from "../../lib/domain/time.ts";
import { getZone } from "../../lib/domain/zone.ts";

/** What is said of a job at `expression` in `timeZone` whose machine starts it by the clock of `hostZone`. */
function seen(expression: string, timeZone: string, hostZone: string, options: { late?: Millis; from?: string } = {}) {
  const cron = (zone: string) => compileSchedule({ kind: "cron", dialect: "vixie", expression, timeZone: zone });
  const from = Date.parse(options.from ?? "2026-06-01T00:00:00Z");
  const starts = cron(hostZone)
    .between(from, from + 400 * DAY, 8)
    .map((slot, index) => slot + SECOND * (index + 1) + (options.late ?? 0));
  return hostZoneOf(cron(timeZone), getZone(timeZone), starts);
}

describe("the zone of a host", () => {
  it("is not spoken of where it is right", () => {
    expect(seen("0 2 * * *", "Europe/Riga", "Europe/Riga")).toBeNull();
    expect(seen("0 2 * * *", "UTC", "UTC", { late: 2 * MINUTE })).toBeNull();
  });

  it("is UTC for most machines that were set up for elsewhere", () => {
    expect(seen("0 2 * * *", "Europe/Riga", "UTC")).toEqual({
      shiftMs: 3 * HOUR,
      offsetMs: 0,
      words: "your host seems to run in UTC, not in Europe/Riga",
    });
  });

  it("is recognised through a change of the clocks, which moves the slots but not the host", () => {
    expect(seen("0 2 * * *", "Europe/Riga", "UTC", { from: "2026-10-21T12:00:00Z" })).toMatchObject({ offsetMs: 0 });
  });

  it("may lie to the east, so that runs come hours before their slots", () => {
    expect(seen("30 9 * * *", "America/New_York", "Europe/Berlin")).toMatchObject({
      shiftMs: -6 * HOUR,
      words: "your host seems to run in UTC+2, not in America/New_York",
    });
  });

  it("may be half an hour off", () => {
    expect(seen("15 9 * * *", "UTC", "Asia/Kolkata")).toMatchObject({
      words: "your host seems to run in UTC+5:30, not in UTC",
    });
  });

  it("is not guessed from a job that always starts late by something that is no zone", () => {
    expect(seen("0 2 * * *", "UTC", "UTC", { late: 40 * MINUTE })).toBeNull();
    expect(seen("0 2 * * *", "UTC", "UTC", { late: 30 * MINUTE })).toBeNull();
  });

  it("is not guessed from four runs, from runs that differ, or where slots leave no room", () => {
    const schedule = compileSchedule({
      kind: "cron",
      dialect: "vixie",
      expression: "0 2 * * *",
      timeZone: "Europe/Riga",
    });
    const slots = schedule.between(Date.UTC(2026, 5, 1), Infinity, 6);
    const zone = getZone("Europe/Riga");
    const late = (hours: number) => (slot: number) => slot + hours * HOUR;
    expect(hostZoneOf(schedule, zone, slots.slice(0, 4).map(late(3)))).toBeNull();
    expect(
      hostZoneOf(
        schedule,
        zone,
        slots.map((slot, index) => late(index === 2 ? 2 : 3)(slot)),
      ),
    ).toBeNull();
    expect(seen("*/5 * * * *", "Europe/Riga", "UTC")).toBeNull();
  });

  it("is not asked of schedules without times", () => {
    const every = compileSchedule({ kind: "interval", everyMs: HOUR });
    expect(hostZoneOf(every, getZone("UTC"), [1, 2, 3, 4, 5, 6])).toBeNull();
  });
});
