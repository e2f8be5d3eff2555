import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slugFor } from "../../../lib/domain/slug.ts";
import { readCheckIn } from "../../../lib/ping/sentry/check-in.ts";
import { readMonitorConfig } from "../../../lib/ping/sentry/monitor-config.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const UUID = "0f3b5c1e-aaaa-4bbb-8ccc-1234567890ab";

describe("a check-in", () => {
  it.each([
    ["in_progress", "start"],
    ["ok", "success"],
    ["error", "fail"],
    [" OK ", "success"],
  ])("with status %j is a %s", (status, action) => {
    const address = { kind: "slug", key: KEY, slug: "backup", environment: "production" };
    expect(readCheckIn({ monitor_slug: "backup", status }, KEY)).toMatchObject({ kind: "ping", action, address });
  });

  it.each<[unknown, string | null]>([
    [UUID, UUID],
    [UUID.toUpperCase(), UUID],
    [UUID.replaceAll("-", ""), UUID],
    ["00000000000000000000000000000000", null],
    ["00000000-0000-0000-0000-000000000000", null],
    ["", null],
    [null, null],
    [{}, null],
  ])("with the id %j has the run id %s", (check_in_id, runId) => {
    expect(readCheckIn({ monitor_slug: "a", status: "ok", check_in_id }, KEY)).toMatchObject({ runId });
  });

  it("keeps pairs together whose id is no UUID", () => {
    const [start, end, other] = ["run 7", "run 7", "run 8"].map((check_in_id) =>
      readCheckIn({ monitor_slug: "a", status: "ok", check_in_id }, KEY),
    );
    expect(start).toEqual(end);
    expect(other).not.toEqual(end);
  });

  it.each<[unknown, string, string | null]>([
    ["nightly-backup", "nightly-backup", null],
    ["a--b_", "a--b_", null],
    ["Invoices / EU", "invoices-eu", "Invoices / EU"],
    ["app:send emails", "app-send-emails", "app:send emails"],
    [42, "42", null],
    ["Grün", "grun", "Grün"],
    ["x".repeat(128), "x".repeat(128), null],
    ["y".repeat(300), slugFor("y".repeat(300)), "y".repeat(128)],
  ])("of %j belongs to %j", (monitor_slug, slug, name) => {
    const event = readCheckIn({ monitor_slug, status: "ok" }, KEY);
    expect(event).toMatchObject({ address: { slug }, creation: { name } });
  });

  it.each<[unknown, string]>([
    [undefined, "production"],
    [null, "production"],
    ["", "production"],
    ["staging", "staging"],
    ["pr 12/web", "pr-12-web"],
  ])("of the environment %j belongs to %s", (environment, expected) => {
    const event = readCheckIn({ monitor_slug: "a", status: "ok", environment }, KEY);
    expect(event).toMatchObject({ address: { environment: expected } });
  });

  it.each<[unknown, number | null]>([
    [1.5, 1_500],
    ["2", 2_000],
    [0, 0],
    [null, null],
    [-1, null],
    ["soon", null],
    [1e300, null],
  ])("that took %j seconds took %s ms", (duration, durationMs) => {
    expect(readCheckIn({ monitor_slug: "a", status: "ok", duration }, KEY)).toMatchObject({ durationMs });
  });

  it.each([
    [{ status: "ok" }, "invalid-body", "The check-in has no monitor_slug."],
    [{ monitor_slug: " ", status: "ok" }, "invalid-body", "The check-in has no monitor_slug."],
    [{ monitor_slug: "a" }, "invalid-status", "The check-in has no status; send in_progress, ok or error."],
    [
      { monitor_slug: "a", status: "done\u0000" },
      "invalid-status",
      '"done" is no status of a check-in; send in_progress, ok or error.',
    ],
  ])("that does not say which or what is told so: %j", (fields, reason, detail) => {
    expect(readCheckIn(fields, KEY)).toMatchObject({ kind: "fault", reason, detail });
  });

  it("is read whatever its fields are", () => {
    const names = ["monitor_slug", "status", "check_in_id", "duration", "environment", "monitor_config"] as const;
    const fields = fc.dictionary(fc.constantFrom(...names), fc.anything({ maxDepth: 3 }));
    fc.assert(
      fc.property(fields, (junk) => {
        const event = readCheckIn({ ...junk, monitor_slug: "a", status: "ok" }, KEY);
        expect(event).toMatchObject({ kind: "ping", action: "success", address: { slug: "a" } });
        expect(["ping", "fault"]).toContain(readCheckIn(junk, KEY).kind);
      }),
    );
  });
});

type Schedule = { schedule: string | null; timeZone: string | null; dialect: string | null };

describe("a monitor_config", () => {
  it.each<[string, object, Partial<Schedule>]>([
    [
      "a crontab",
      { schedule: { type: "crontab", value: "0 2 * * *" }, timezone: "Europe/Riga" },
      { schedule: "0 2 * * *", timeZone: "Europe/Riga" },
    ],
    [
      "an empty unit on a crontab",
      { schedule: { type: "crontab", value: " 0 2 * * * ", unit: "" } },
      { schedule: "0 2 * * *", timeZone: null },
    ],
    ["six fields", { schedule: { type: "crontab", value: "0 0 2 * * ?" } }, { schedule: "0 0 2 * * ?" }],
    ["a nickname", { schedule: { type: "crontab", value: "@daily" } }, { schedule: "@daily" }],
    ["no type but cron", { schedule: { value: "5 * * * *" } }, { schedule: "5 * * * *" }],
    [
      "an interval",
      { schedule: { type: "interval", value: 90, unit: "minute" } },
      { schedule: "every 90 min", timeZone: null },
    ],
    [
      "an interval as a text",
      { schedule: { type: "interval", value: "2", unit: "hours" }, timezone: "UTC" },
      { schedule: "every 2 h", timeZone: null },
    ],
    ["no type but a unit", { schedule: { value: 1, unit: "week" } }, { schedule: "every 7 d" }],
    ["a month", { schedule: { type: "interval", value: 1, unit: "month" } }, { schedule: "every 31 d" }],
    ["a year", { schedule: { type: "interval", value: 1, unit: "Year" } }, { schedule: "every 366 d" }],
    ["a year of months", { schedule: { type: "interval", value: 12, unit: "month" } }, { schedule: "every 366 d" }],
    ["half an hour", { schedule: { type: "interval", value: 0.5, unit: "hour" } }, { schedule: "every 30 min" }],
    [
      "the sixth field as a zone",
      { schedule: { type: "crontab", value: "*/30 * * * *" }, timezone: "*" },
      { schedule: "*/30 * * * * *", timeZone: null, dialect: "sidekiq" },
    ],
    [
      "weekdays as a zone",
      { schedule: { type: "crontab", value: "0 0 5 * *" }, timezone: "mon-fri" },
      { schedule: "0 0 5 * * mon-fri", timeZone: null, dialect: "sidekiq" },
    ],
    [
      "a zone that begins like a day",
      { schedule: { type: "crontab", value: "0 5 * * *" }, timezone: "WET" },
      { schedule: "0 5 * * *", timeZone: "WET", dialect: null },
    ],
    ["an interval of nothing", { schedule: { type: "interval", value: 0, unit: "hour" } }, { schedule: null }],
    ["an unknown unit", { schedule: { type: "interval", value: 3, unit: "fortnight" } }, { schedule: null }],
    [
      "nulls",
      { schedule: { type: null, value: null, unit: null }, timezone: null },
      { schedule: null, timeZone: null },
    ],
    ["no schedule", { timezone: "UTC" }, { schedule: null, timeZone: null }],
  ])("is read with %s", (_, config, expected) => {
    expect(readMonitorConfig(config)).toMatchObject(expected);
  });

  it("gives limits in minutes and thresholds", () => {
    const config = { checkin_margin: 5, max_runtime: "90", failure_issue_threshold: 2, recovery_threshold: 720 };
    const asked = { grace: "5m", maxRuntime: "1h30m", failuresToOpen: 2, successesToClose: 100 };
    expect(readMonitorConfig(config)).toMatchObject(asked);
    const none = { grace: null, maxRuntime: null, failuresToOpen: null, successesToClose: null };
    for (const junk of [null, 0, -3, "soon", {}, "", Infinity]) {
      const nothing = {
        checkin_margin: junk,
        max_runtime: junk,
        failure_issue_threshold: junk,
        recovery_threshold: junk,
      };
      expect(readMonitorConfig(nothing), JSON.stringify(junk)).toMatchObject(none);
    }
  });

  it("has a digest that tells one from another, and none where nothing is asked", () => {
    const digest = (value: unknown) => readMonitorConfig(value).code?.digest;
    const schedule = { type: "crontab", value: "0 2 * * *" };
    expect(digest({ schedule, max_runtime: 5 })).toBe(
      digest({ max_runtime: "5", schedule: { ...schedule, unit: "" } }),
    );
    expect(digest({ schedule, max_runtime: 6 })).not.toBe(digest({ schedule, max_runtime: 5 }));
    expect([undefined, null, {}, [], "x", { schedule: null }].map(digest)).toEqual(
      Array.from({ length: 6 }, () => null),
    );
  });
});
