import { describe, expect, it } from "vitest";
import { parseCrontab } from "../../lib/domain/crontab/crontab.ts";
import type { VariableVerdict } from "../../lib/domain/crontab/crontab-file.ts";
import type { EntryVerdict } from "../../lib/domain/crontab/entry.ts";

/** What Debian's cron and cronie silently do with the only line of a crontab; null where it is refused. */
function warningsOf(line: string) {
  const { entries, variables } = parseCrontab(`${line}\n`, "user");
  const [only] = [...entries, ...variables];
  if (only === undefined) throw new Error(`nothing in ${line}`);
  const said = (verdict: EntryVerdict | VariableVerdict) => (verdict.accepted ? verdict.warnings : null);
  return { debian: said(only.debian), cronie: said(only.cronie) };
}

describe("what is silently done with an entry", () => {
  const either = "Day and weekday are both set:";
  it.each<[string, string[], string[] | null]>([
    ["0 2 * * * x", [], []],
    ["22-2 * * * * x", ['"22-2" in the minute field never', "never runs."], ['"22-2" in the minute', "never runs."]],
    ["0 22-2 * * * x", ['"22-2" in the hour field never', "never runs."], ['"22-2" in the hour', "never runs."]],
    ["0 0 * * 1#2 x", ['ignores "#2" in the weekday field and reads "1"'], null],
    ["0 0 30 2 * x", ["This never runs."], ["This never runs."]],
    ["0 0 13 * fri x", [`${either} Debian's cron runs when`], [`${either} Cronie runs when`]],
    ["@reboot x", ["when the machine starts"], ["when the machine starts"]],
  ])("%j", (line, debian, cronie) => {
    const containing = (parts: string[] | null) => parts?.map((part): unknown => expect.stringContaining(part)) ?? null;
    expect(warningsOf(line)).toEqual({ debian: containing(debian), cronie: containing(cronie) });
  });
});

describe("what is silently done with a time zone", () => {
  const ignored = "Debian's cron does not look at CRON_TZ: it runs the lines below by the clock of the machine.";

  it.each(["Europe/Riga", '"UTC"', ":Europe/Riga", "US/Eastern", "EST5EDT,M3.2.0,M11.1.0", "<+03>-3", '""'])(
    "CRON_TZ=%s is one to cronie",
    (zone) => {
      expect(warningsOf(`CRON_TZ=${zone}`)).toEqual({ debian: [ignored], cronie: [] });
    },
  );

  // The C library, asked with TZ=Nope and TZ=europe/riga, says UTC.
  it.each([
    ["Nope", "write a place such as Europe/Riga."],
    ["europe/riga", "write Europe/Riga."],
    ["Europe/Riga # c", "write a place such as Europe/Riga."],
  ])("CRON_TZ=%s is UTC to cronie", (zone, advice) => {
    const lint = `There is no time zone "${zone}", so cronie runs the lines below by UTC; ${advice}`;
    expect(warningsOf(`CRON_TZ=${zone}`)).toEqual({ debian: [ignored], cronie: [lint] });
  });

  it("ten thousand different ones that nobody has are read as fast as a schedule", () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `CRON_TZ=Mars/Crater-${i}\n`).join("");
    const before = process.cpuUsage();
    expect(parseCrontab(text, "user").variables).toHaveLength(10_000);
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });

  it("TZ tells neither when to run, and other settings are taken as they are", () => {
    const lint = "TZ reaches the commands only: when they run goes by the clock of the machine.";
    expect(warningsOf("TZ=Europe/Riga")).toEqual({ debian: [lint], cronie: [lint] });
    expect(warningsOf("MAILTO=Nope")).toEqual({ debian: [], cronie: [] });
  });
});
