import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { answerFireQuery } from "../../lib/domain/schedule/fire-query.ts";

function ask(query: Record<string, unknown>) {
  return answerFireQuery(JSON.stringify({ expr: "0 2 * * *", tz: "UTC", from: "2026-03-28T12:00:00Z", ...query }));
}

function refusalOf(query: Record<string, unknown>): { error: string } {
  const answer = ask(query);
  if (!("error" in answer)) throw new Error("it was answered");
  return answer;
}

describe("a question for fires", () => {
  it("is answered with instants in whole seconds, strictly after the given one", () => {
    const fires = ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"];
    expect(ask({ dialect: "vixie", tz: "Europe/Berlin", count: 2 })).toEqual({ fires });
    expect(ask({ dialect: "vixie", tz: "Europe/Berlin", from: "2026-03-29T01:00:00.000Z", count: 1 })).toEqual({
      fires: fires.slice(1),
    });
  });

  it("gives five unless told otherwise, and up to a thousand", () => {
    const counted = (count?: number) => ask({ dialect: "vixie", count });
    expect(counted()).toHaveProperty("fires.length", 5);
    expect(counted(1_000)).toHaveProperty("fires.length", 1_000);
  });

  it.each([
    [{ dialect: "debian" }, "2026-03-29T02:00:00Z"],
    [{ dialect: "Cronos" }, "2026-03-29T02:00:00Z"],
    [{}, "2026-03-29T02:00:00Z"],
    [{ dialect: "auto" }, "2026-03-29T02:00:00Z"],
    [{ dialect: "systemd", expr: "hourly" }, "2026-03-28T13:00:00Z"],
    [{ expr: "every 90 min" }, "2026-03-28T13:30:00Z"],
    [{ dialect: "interval", expr: "PT15M" }, "2026-03-28T12:15:00Z"],
  ])("knows the names of dialects: %j", (query, fire) => {
    expect(ask({ ...query, count: 1 })).toEqual({ fires: [fire] });
  });

  it("has no fires to give for a date that does not come, or without a schedule", () => {
    expect(ask({ dialect: "vixie", expr: "0 0 30 2 *" })).toEqual({ fires: [] });
    expect(ask({ dialect: "none", expr: "" })).toEqual({ fires: [] });
  });

  it.each([
    ["", "is not a JSON object"],
    ["0 2 * * *", "is not a JSON object"],
    ["[1]", "is not a JSON object"],
    ["null", "is not a JSON object"],
    ["{}", '"from" is missing'],
    ['{"from":1}', '"from" is not a text'],
    ['{"from":"yesterday"}', '"yesterday" is not an instant'],
    ['{"from":"2026-13-28T12:00:00Z"}', "is not an instant"],
    ['{"from":"2026-02-30T00:00:00Z"}', '"2026-02-30T00:00:00Z" is not an instant'],
    ['{"from":"2026-11-31T00:00:00+05:30"}', "is not an instant"],
    ['{"from":"2027-02-29T00:00Z"}', "is not an instant"],
    ['{"from":"2026-03-28T12:00:00+05:60"}', "is not an instant"],
    ['{"from":"2026-03-28T12:00:00Z"}', '"expr" is missing'],
    ['{"from":"2026-03-28T12:00:00Z","expr":"@daily"}', '"tz" is missing'],
  ])("refuses %j in a sentence", (line, message) => {
    expect(answerFireQuery(line)).toEqual({ error: expect.stringContaining(message) });
  });

  it.each([
    [{ tz: "Mars/Crater" }, "There is no time zone"],
    [{ dialect: "cron" }, 'There is no dialect "cron"'],
    [{ dialect: 5 }, '"dialect" is not a text'],
    [{ dialect: "interval" }, 'not of the dialect "interval"'],
    [{ count: 0 }, '"count" is not a whole number from 1 to 1000'],
    [{ count: 1_001 }, '"count" is not'],
    [{ count: "5" }, '"count" is not'],
    [{ dialect: "vixie", expr: "61 * * * *" }, '"61" in the minute field'],
    [{ dialect: "vixie", expr: "" }, "The schedule is empty"],
  ])("refuses %j in a sentence", (query, message) => {
    expect(ask(query)).toEqual({ error: expect.stringContaining(message) });
  });

  it("names every dialect that it would have taken, none of them in vain", () => {
    const { error } = refusalOf({ dialect: "cron" });
    const names = /write one of (.*), or leave it out\.$/
      .exec(error)?.[1]
      ?.replaceAll(/ \([a-z]+\)/g, "")
      .split(", ");
    expect(names).toHaveLength(DIALECT_NAMES.length + 7);
    expect(names).toEqual(expect.arrayContaining(["auto", "interval", "none", "debian", "robfig", "fugit", "cronos"]));
    for (const dialect of names ?? []) expect(JSON.stringify(ask({ dialect }))).not.toContain("no dialect");
    expect(error).toContain("robfig (kubernetes)");
  });

  it("takes an instant with any offset, and the 29th of February where there is one", () => {
    const from = (text: string) => ask({ dialect: "vixie", from: text, count: 1 });
    expect(from("2028-02-29T00:00:00Z")).toEqual({ fires: ["2028-02-29T02:00:00Z"] });
    expect(from("2028-03-01T04:00:00+05:30")).toEqual({ fires: ["2028-03-01T02:00:00Z"] });
    expect(from("2028-02-29T22:00-11:00")).toEqual({ fires: ["2028-03-02T02:00:00Z"] });
  });

  it("answers any line", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(fc.record({ dialect: value, expr: value, tz: value, from: value, count: value }), (query) => {
        expect(Object.keys(ask(query))).toHaveLength(1);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        expect(answerFireQuery(line)).toHaveProperty("error");
      }),
    );
  });
});
