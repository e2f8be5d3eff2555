import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../lib/domain/time.ts";
import { readerOf } from "../../support/dialect.ts";

const { compile, slots, refusal } = readerOf("github");

const TOO_OFTEN =
  "GitHub runs no schedule more often than every 5 minutes; write */5 or something like 0,30 in the minute field.";

describe("GitHub reads", () => {
  it.each([
    ["20/15 * * * *", "20,35,50 * * * *"],
    ["0 0 * JAN-MAR *", "0 0 * 1,2,3 *"],
    ["0 0 1 * MON", "0 0 1 * 1"],
  ])("%s as %s", (expression, same) => {
    expect(slots(expression, "2027-01-20T10:30")).toEqual(slots(same, "2027-01-20T10:30"));
  });

  it("either day where both are set", () => {
    expect(slots("0 0 1 * MON", "2027-01-26T00:00", { count: 3 })).toEqual([
      "2027-02-01T00:00:00",
      "2027-02-08T00:00:00",
      "2027-02-15T00:00:00",
    ]);
  });

  it.each(["*/5 * * * *", "0,58 2,4 * * *", "3-58/5 * * * *"])("%s", (expression) => {
    expect(refusal(expression)).toBe("accepted");
  });

  it("a time that the change of the clock leaves out at the change, and takes half an hour's delay for usual", () => {
    const zone = { count: 1, timeZone: "America/New_York" };
    expect(slots("30 2 * * *", "2026-03-08T00:00", zone)).toEqual(["2026-03-08T07:00:00"]);
    expect(compile("0 2 * * *").jitterMs).toBe(30 * MINUTE);
  });
});

describe("GitHub refuses", () => {
  it.each([
    [
      "@daily",
      '"@daily" is not known to GitHub, which has no words with @; write five fields, such as "20 2 * * MON-FRI".',
    ],
    [
      "0 0 * * 7",
      '"7" in the weekday field is not between 0 and 6; write 0 or SUN for Sunday, or something like MON-FRI.',
    ],
    ["0 0 ? * *", '"?" in the day field is not known to GitHub; write something like 1, */2 or 1-7.'],
    ["* * * * *", TOO_OFTEN],
    ["*/4 * * * *", TOO_OFTEN],
    ["0,58 * * * *", TOO_OFTEN],
    ["0,58 23,0 * * *", TOO_OFTEN],
    ["0 22-2 * * *", '"22-2" in the hour field runs backwards, which GitHub refuses; write 22-23,0-2.'],
  ])("%s", (expression, message) => expect(refusal(expression)).toBe(message));
});
