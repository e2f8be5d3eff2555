import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCrontab } from "../../lib/domain/crontab/crontab.ts";
import { answerCrontabQuery } from "../../lib/domain/crontab/crontab-query.ts";
import type { CrontabKind } from "../../lib/domain/crontab/crontab-file.ts";
import { readFixture } from "../support/measured.ts";

/** A crontab with the commands that the real daemons loaded; a long one by its length. */
type Loaded = {
  name: string;
  kind: CrontabKind;
  text: string;
  debian: { accepted: boolean; commands: string[] };
  cronie: { commands: string[] };
};

describe("crontabs as the real daemons loaded them", () => {
  const rows = readFixture<Loaded>("crontab-files.jsonl");

  it("are all there", () => {
    expect(rows).toHaveLength(38);
  });

  it.each(rows)("$name", ({ kind, text, debian, cronie }) => {
    const answer = answerCrontabQuery(JSON.stringify({ kind, text }));
    expect(answer).toEqual({ debian, cronie: { commands: cronie.commands } });
  });
});

/** The first entry of a crontab. */
function entryOf(text: string, kind: CrontabKind = "user", knownUsers?: ReadonlySet<string>) {
  const [entry] = parseCrontab(text, kind, knownUsers).entries;
  if (entry === undefined) throw new Error(`no entry in ${text}`);
  return entry;
}

describe("an entry", () => {
  it("has its line, schedule, name, user, command and standard input", () => {
    const file = parseCrontab("SHELL=/bin/sh\n\n# Nightly backup\n 0  2\t* * * root  tar c / | gzip\n", "system");
    expect(file.entries).toMatchObject([
      {
        line: 4,
        name: "Nightly backup",
        schedule: "0 2 * * *",
        nickname: null,
        user: "root",
        command: "tar c / | gzip",
        input: null,
      },
    ]);
    expect(file.variables).toMatchObject([{ line: 1, name: "SHELL", value: "/bin/sh" }]);
    expect([file.debian, file.cronie]).toEqual([
      { accepted: true, reason: null },
      { accepted: true, reason: null },
    ]);
  });

  it.each([
    ["@daily run\n", "@daily", "@daily"],
    ["0 2 * * * run\n", "0 2 * * *", null],
  ])("%j is at %s", (text, schedule, nickname) => {
    expect(entryOf(text)).toMatchObject({ schedule, nickname, command: "run", user: null });
  });

  // What a real Debian cron ran and wrote.
  it.each([
    ["date +\\%F", "date +%F", null],
    ["mail me%Dear me,%all is well\\%", "mail me", "Dear me,\nall is well%\n"],
    ["%foo", "", "foo\n"],
    ["cat%", "cat", null],
    ["cat%l1%l2\\%x\\\\y\\z%", "cat", "l1\nl2%x\\\\y\\z\n"],
    ["echo 'a\\\\b' 'c\\d'", "echo 'a\\b' 'c\\d'", null],
    ["echo p\\\\%q", "echo p\\", "q\n"],
  ])("runs %j as a command with its input", (text, command, input) => {
    expect(entryOf(`0 2 * * * ${text}\n`)).toMatchObject({ command, input });
  });

  it("keeps in cronie the backslashes that Debian joins", () => {
    const { debian, cronie } = entryOf("0 2 * * * echo 'a\\\\b'\n");
    expect(debian).toMatchObject({ loaded: "echo 'a\\\\b'", command: "echo 'a\\b'" });
    expect(cronie).toMatchObject({ loaded: "echo 'a\\\\b'", command: "echo 'a\\\\b'" });
  });

  it("is named by the comment directly above and by no other", () => {
    const name = (text: string) => entryOf(text).name;
    const entry = "0 2 * * * run\n";
    expect(name(`# Backs up\n${entry}`)).toBe("Backs up");
    expect(name(`## Wartung: Köln ##\n${entry}`)).toBe("Wartung: Köln ##");
    expect(name(`#Ansible: rotate logs\n${entry}`)).toBe("rotate logs");
    expect(name(`# Backs up\n\n${entry}`)).toBeNull();
    expect(name(`# Backs up\nA=1\n${entry}`)).toBeNull();
    expect(name(`# m h  dom mon dow   command\n${entry}`)).toBeNull();
    expect(name(`# 0 3 * * * old\n${entry}`)).toBeNull();
    expect(name(`#@daily old\n${entry}`)).toBeNull();
    expect(name(`# *  *  *\n${entry}`)).toBeNull();
  });

  it("is under the settings above it, each until it is set again", () => {
    const text = "CRON_TZ=Asia/Tokyo\n0 1 * * * a\nCRON_TZ='UTC'\nMAILTO = me \nX=1\n0 2 * * * b\nRANDOM_DELAY=30\n";
    const { entries, variables } = parseCrontab(text, "user");
    expect(entries.map(({ environment }) => environment)).toEqual([
      { CRON_TZ: "Asia/Tokyo" },
      { CRON_TZ: "UTC", MAILTO: "me" },
    ]);
    expect(variables.map(({ line }) => line)).toEqual([1, 3, 4, 5, 7]);
  });
});

describe("what a line says to each daemon", () => {
  // The verdicts of Debian are those of a real one (crontab -n, /etc/cron.d).
  it.each<[string, CrontabKind, string | null, string | null]>([
    ["0 5 * * *", "user", null, "There is no command after the schedule."],
    ["@daily *x", "user", "A sixth * follows", "A sixth * follows"],
    ["0 5 * * *\r", "user", null, '"*\r" in the weekday field'.replace("\r", "�")],
    ["@Reboot x", "user", "write @reboot", "write @reboot"],
    ["@every 5m x", "user", '"@every"', '"@every"'],
    ["5;6 * * * * x", "user", null, '"5;6" in the minute field'],
    ["22-2 * * * * x", "user", null, null],
    ["export A=1", "user", 'Cron knows no "export"; write NAME=value alone.', 'Cron knows no "export"'],
    ['A="b" # c', "user", "nothing may follow the closing quote", "nothing may follow the closing quote"],
    ["A='b", "user", "the quote is not closed", "the quote is not closed"],
    ["\r", "user", "ends in a carriage return", "ends in a carriage return"],
    ["\f0 5 * * * x", "user", "U+000C", "U+000C"],
    ["\uFEFF0 5 * * * x", "user", "byte order mark", "byte order mark"],
    ["- 0 5 * * * x", "user", "The minute field", "stands apart"],
    ["0 5 * * * -x y", "user", null, 'Cronie takes "-x" for an option of its own'],
    ["0 5 * * * -n -n y", "user", null, 'Cronie takes "-n" for an option'],
    [`0 5 * * * ${"é".repeat(500)}`, "user", "The command has 1000 bytes; Debian's cron takes 998", null],
    ["@daily = ", "user", null, "Cronie takes this line for a setting."],
    ["0 5 * * * root ", "system", null, '"root" stands in the user\'s place and no command follows'],
    ["0 5 * * * root", "system", '"root" stands in the user\'s place', '"root" stands in the user\'s place'],
    ["@daily", "system", "There is no user after the schedule", "There is no user after the schedule"],
    ["0 5 * * * backup2 x", "system", 'The user "backup2", the sixth word of a system crontab, is not among', null],
    ["0 5 * * * /bin/true x", "system", '"/bin/true" stands in the user\'s place and is no name', null],
    ["0 5 * * * * root x", "system", "A sixth * follows", "A sixth * follows"],
  ])("%j in a crontab of the %s", (line, kind, debian, cronie) => {
    const entry = entryOf(`${line}\n`, kind);
    const said = (verdict: typeof entry.debian) => (verdict.accepted ? null : verdict.reason);
    expect(said(entry.debian)).toEqual(debian === null ? null : expect.stringContaining(debian));
    expect(said(entry.cronie)).toEqual(cronie === null ? null : expect.stringContaining(cronie));
  });

  it.each([
    ["MAILTO=", { name: "MAILTO", value: "" }, false],
    ['"A B" = "c" ', { name: "A B", value: "c" }, true],
    ["5 = 3", { name: "5", value: "3" }, true],
    ["=x", { name: "", value: "x" }, true],
    ["PATH=$HOME/bin # c", { name: "PATH", value: "$HOME/bin # c" }, true],
    [`A="${"x".repeat(1_000)}"`, { name: "A", value: "x".repeat(1_000) }, false],
  ])("takes %j for a setting", (line, setting, inDebian) => {
    const [variable] = parseCrontab(`${line}\n`, "user").variables;
    expect(variable).toMatchObject({ ...setting, line: 1, debian: { accepted: inDebian }, cronie: { accepted: true } });
  });
});

describe("a whole file", () => {
  const good = "0 5 * * * a\n";
  const verdicts = (text: string, kind: CrontabKind = "user") => {
    const { debian, cronie } = parseCrontab(text, kind);
    return [debian.reason, cronie.reason];
  };

  it.each([
    [good, null, null],
    ["", null, null],
    [`${good}# no newline`, null, null],
    [`${good}  `, null, null],
    [
      `${good}0 6 * * * b`,
      "Debian ignores this whole file: no newline at the end of the last line.",
      "Cronie leaves out line 2.",
    ],
    [
      `${good}61 * * * * b\n${good}MAILTO=\nexport A=1\n`,
      'Debian ignores this whole file: line 2 is wrong: "61" in the minute field is not between 0 and 59; write something like 0, */5 or 10,40.',
      "Cronie leaves out lines 2 and 5.",
    ],
    [
      `MAILTO=\n${good}`,
      'Debian ignores this whole file: line 1 is wrong: Debian\'s cron does not take a line without a value for a setting; write MAILTO="".',
      null,
    ],
  ])("%j", (text, debian, cronie) => {
    expect(verdicts(text)).toEqual([debian, cronie]);
  });

  it("may have ten thousand lines in Debian, and a few more where the daemon alone sees it", () => {
    const tooLong = "Debian ignores this whole file: it has more than 10,000 lines.";
    const system = "0 5 * * * root a\n";
    expect(verdicts(good.repeat(10_000))[0]).toBeNull();
    expect(verdicts(good.repeat(10_001))[0]).toBe(tooLong);
    expect(verdicts("#\n".repeat(10_001))[0]).toBe(tooLong);
    expect(verdicts(system.repeat(10_003), "system")[0]).toBeNull();
    expect(verdicts(system.repeat(10_004), "system")[0]).toBe(tooLong);
    expect(verdicts("#\n".repeat(20_000), "system")[0]).toBeNull();
  });

  it("of ten thousand different lines is read in well under a second", () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `${i % 60} ${i % 24} 1-${1 + (i % 31)} * ${i % 8} job-${i}\n`,
    );
    const text = lines.join("");
    const { cpuUsage } = process;
    const before = cpuUsage();
    expect(parseCrontab(text, "user").entries).toHaveLength(10_000);
    expect(cpuUsage(before).user).toBeLessThan(900_000);
  });

  it("of one long line of whatever is read as well", () => {
    for (const part of ["1,", " ", "=", '"', "\\", "%", "9", "#", "A=", "@", "* "]) {
      const text = part.repeat(500_000);
      expect(parseCrontab(text, "user").debian.accepted).toBe(part === " " || part === "#");
      expect(parseCrontab(`${text}\n`, "system").entries.length).toBeLessThan(2);
    }
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\n",
      " ",
      "\t",
      "0 5 * * * ",
      "@daily ",
      "root ",
      "A=",
      '"',
      "%",
      "\\",
      "#",
      "-n ",
      "* ",
      "\r",
      "~",
    ),
  );
  const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
  const anyKind = fc.constantFrom<CrontabKind>("user", "system");

  it("is read, and every line that is neither empty nor a comment is an entry or a setting with its number", () => {
    fc.assert(
      fc.property(anyText, anyKind, (text, kind) => {
        const { entries, variables } = parseCrontab(text, kind);
        const lines = text.split("\n").map((line) => line.replace(/^[ \t]+/, ""));
        const meant = lines.flatMap((line, index) => (line === "" || line.startsWith("#") ? [] : [index + 1]));
        expect([...entries, ...variables].map(({ line }) => line).toSorted((a, b) => a - b)).toEqual(meant);
        for (const { line, schedule } of entries) {
          expect(
            (lines[line - 1] ?? "")
              .split(/[ \t]+/)
              .join(" ")
              .startsWith(schedule),
          ).toBe(true);
        }
      }),
    );
  });

  it("is accepted by Debian only where every line is, and by cronie always", () => {
    fc.assert(
      fc.property(anyText, anyKind, (text, kind) => {
        const { entries, variables, debian, cronie } = parseCrontab(text, kind);
        const all = [...entries, ...variables].every((line) => line.debian.accepted);
        expect(debian).toMatchObject({ accepted: all });
        expect(debian.reason === null).toBe(all);
        expect(cronie.accepted).toBe(true);
      }),
    );
  });

  it("is answered, as is a line that asks for nothing", () => {
    fc.assert(
      fc.property(anyText, anyKind, (text, kind) => {
        expect(answerCrontabQuery(JSON.stringify({ kind, text }))).toHaveProperty("cronie.commands");
      }),
    );
    expect(answerCrontabQuery("[]")).toEqual({ error: expect.stringContaining("is not a JSON object") });
    expect(answerCrontabQuery('{"kind":"user"}')).toEqual({ error: '"text" is missing; give it as a string.' });
    expect(answerCrontabQuery('{"kind":"mine","text":""}')).toEqual({
      error: '"kind" is neither "user" nor "system".',
    });
  });
});
