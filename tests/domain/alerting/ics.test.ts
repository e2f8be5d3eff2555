import { describe, expect, it } from "vitest";
import { MOST_HOLIDAYS, readIcs } from "../../../lib/domain/alerting/ics.ts";
import { holidaySpans } from "../../../lib/domain/alerting/holiday.ts";
import { DAY, HOUR } from "../../../lib/domain/time.ts";

function calendar(...events: string[]): string {
  const inner = events.map((event) => `BEGIN:VEVENT\r\n${event.replaceAll("\n", "\r\n")}\r\nEND:VEVENT`);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...inner, "END:VCALENDAR", ""].join("\r\n");
}

/** Local days, or instants, on which the only event of a file begins from 2026 to 2030. */
function startsOf(event: string, timeZone = "UTC"): string[] {
  const within = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2031, 0, 1) };
  return (readIcs(calendar(event))?.holidays ?? [])
    .flatMap((holiday) => holidaySpans(holiday, timeZone, within))
    .map(({ start }) => new Date(start).toISOString().replace("T00:00:00.000Z", "").replace(":00.000Z", "Z"));
}

describe("an event", () => {
  it("of a day is that day in the window's zone", () => {
    const [holiday] = readIcs(calendar("SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225"))?.holidays ?? [];
    expect(holiday).toMatchObject({ name: "Christmas", length: DAY, timeZone: null, yearly: null });
    const within = { start: Date.UTC(2026, 11, 1), end: Date.UTC(2027, 0, 1) };
    expect(holiday === undefined ? [] : holidaySpans(holiday, "Europe/Riga", within)).toEqual([
      { start: Date.parse("2026-12-25T00:00:00+02:00"), end: Date.parse("2026-12-26T00:00:00+02:00") },
    ]);
  });

  it.each([
    ["DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", 3 * DAY],
    ["DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224", DAY],
    ["DTSTART;VALUE=DATE:20261224\nDURATION:P1W", 7 * DAY],
    ["DTSTART:20261224T120000\nDTEND:20261224T180000", 6 * HOUR],
    ["DTSTART:20261224T120000Z\nDURATION:PT1H30M", 1.5 * HOUR],
  ])("%j lasts as long as it says", (event, length) => {
    expect(readIcs(calendar(event))?.holidays.map((holiday) => holiday.length)).toEqual([length]);
  });

  it.each([
    ["DTSTART:20261224T120000Z\nDURATION:PT1H", "2026-12-24T12:00Z"],
    ["DTSTART;TZID=America/New_York:20261224T120000\nDURATION:PT1H", "2026-12-24T17:00Z"],
    ['DTSTART;TZID="America/New_York":20261224T120000\nDURATION:PT1H', "2026-12-24T17:00Z"],
    ["DTSTART;TZID=W. Europe Standard Time:20261224T120000\nDURATION:PT1H", "2026-12-24T10:00Z"],
    ["DTSTART:20261224T120000\nDURATION:PT1H", "2026-12-24T10:00Z"],
  ])("%j begins when its zone says, or else the window's", (event, expected) => {
    expect(startsOf(event, "Europe/Riga")).toEqual([expected]);
  });

  it.each([
    ["RRULE:FREQ=YEARLY", ["2026-05-04", "2027-05-04", "2028-05-04", "2029-05-04", "2030-05-04"]],
    ["RRULE:FREQ=YEARLY;COUNT=3", ["2026-05-04", "2027-05-04"]],
    ["RRULE:FREQ=YEARLY;INTERVAL=2", ["2027-05-04", "2029-05-04"]],
    ["RRULE:FREQ=YEARLY;UNTIL=20280504", ["2026-05-04", "2027-05-04", "2028-05-04"]],
    ["RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3", ["2026-11-26", "2027-11-25"]],
    ["RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=3", ["2026-05-25", "2027-05-31"]],
    ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;UNTIL=20290101", ["2026-02-28", "2027-02-28", "2028-02-29"]],
    ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29"]],
    ["RRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20260504", ["2027-05-04"]],
    ["RDATE;VALUE=DATE:20260707,20260808", ["2026-07-07", "2026-08-08"]],
  ])("that comes back by %j is on those days", (rule, days) => {
    expect(startsOf(`DTSTART;VALUE=DATE:20250504\n${rule}`)).toEqual(days);
  });

  it("is called what it says, folded lines and signs put right", () => {
    const text = calendar("DTSTART;VALUE=DATE:20261224\nSUMMARY:Christmas\\, the \n firs\n t day\\; all of it");
    expect(readIcs(text)?.holidays.map(({ name }) => name)).toEqual(["Christmas, the first day; all of it"]);
  });
});

describe("a file", () => {
  it.each(["", "hello", "<html></html>", "\0\0\0"])("that is no calendar is refused: %j", (text) => {
    expect(readIcs(text)).toBeNull();
  });

  it("says what was left out", () => {
    const file = readIcs(
      calendar(
        "DTSTART;VALUE=DATE:20261224",
        "DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=WEEKLY",
        "DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=YEARLY;BYDAY=20MO",
        "DTSTART;VALUE=DATE:20261340",
        "SUMMARY:Nothing",
        "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20290101",
        "DTSTART:20261224T120000",
        "DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED",
      ),
    );
    expect(file).toMatchObject({ repeating: 2, unreadable: 4, beyond: 0 });
    expect(file?.holidays).toHaveLength(1);
  });

  it("does not take alarms inside an event for the event", () => {
    const text = calendar(
      "DTSTART;VALUE=DATE:20261224\nBEGIN:VALARM\nDTSTART:19700101T000000Z\nSUMMARY:Ring\nEND:VALARM",
    );
    expect(readIcs(text)?.holidays.map(({ name, start }) => [name, start])).toEqual([
      ["Holiday", Date.UTC(2026, 11, 24)],
    ]);
  });

  it("with more events than fit is cut, and says by how much", () => {
    const events = Array.from({ length: MOST_HOLIDAYS + 7 }, () => "DTSTART;VALUE=DATE:20261224");
    const file = readIcs(calendar(...events));
    expect(file?.holidays).toHaveLength(MOST_HOLIDAYS);
    expect(file?.beyond).toBe(7);
  });

  it("that is hostile is read in bounded time", () => {
    const started = performance.now();
    readIcs(`BEGIN:VCALENDAR\n${"BEGIN:VEVENT\n".repeat(20_000)}`);
    readIcs(`BEGIN:VCALENDAR\nBEGIN:VEVENT\nRDATE:${"20260101,".repeat(50_000)}\nDTSTART:20260101\n`);
    readIcs(`BEGIN:VCALENDAR\n${'";:'.repeat(100_000)}\n`);
    readIcs(`BEGIN:VCALENDAR\nX${"\n y".repeat(100_000)}\n`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
