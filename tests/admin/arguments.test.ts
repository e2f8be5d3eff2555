import { expect, test } from "vitest";
import { parseOptions, usage } from "../../lib/server/admin/arguments.ts";

const COMMAND = {
  name: "create-key",
  options: [
    { name: "project", required: true, value: "ID" },
    { name: "scope", required: true, value: "ping|read" },
    { name: "note", required: false, value: "TEXT" },
  ],
};

test("reads values in both spellings, also odd ones", () => {
  const given = parseOptions(COMMAND, ["--project=a=b", "--scope", "", "--note", "* * * * *"]);
  expect([...given]).toEqual([
    ["project", "a=b"],
    ["scope", ""],
    ["note", "* * * * *"],
  ]);
  expect(parseOptions(COMMAND, ["--project=--x", "--scope=-1"]).get("project")).toBe("--x");
});

test("shows what is needed and what may be left out", () => {
  expect(usage(COMMAND)).toBe("Usage: create-key --project ID --scope ping|read [--note TEXT]");
});

test.each([
  [[], "create-key needs --project ID and --scope ping|read. Usage: create-key"],
  [["--project", "1"], "create-key needs --scope ping|read."],
  [["--project", "1", "--scope"], "--scope needs a value"],
  [["--project", "--scope", "ping"], "--project needs a value"],
  [["--project", "1", "--project", "2", "--scope", "ping"], "--project is given twice."],
  [["--projcet", "1"], "create-key has no option --projcet. Usage: create-key --project ID"],
  [["project", "1"], '"project" is out of place'],
  [["--project", "My", "jobs"], '"jobs" is out of place: a value with spaces needs quotes.'],
])("refuses %j", (words, sentence) => {
  expect(() => parseOptions(COMMAND, words)).toThrow(sentence);
});
