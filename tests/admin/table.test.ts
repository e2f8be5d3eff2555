import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS, runAdmin } from "../../lib/server/admin/run.ts";
import { AdminWorld } from "./admin-world.ts";

let world: AdminWorld;

beforeAll(async () => {
  world = await AdminWorld.open();
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);

describe("the table of commands", () => {
  test("is what --help lists, also without any word", async () => {
    const { commands } = await run("--help");
    expect(commands.map((command: { name: string }) => command.name)).toEqual(COMMANDS.map(({ name }) => name));
    expect(commands).toContainEqual({
      name: "create-key",
      summary: "Makes a key; read and write keys are shown this once.",
      usage: "Usage: create-key --project ID|NAME --scope ping|read|write",
    });
    expect(await run()).toEqual({ commands });
    expect(await run("create-key", "--help")).toEqual({ commands: [expect.objectContaining({ name: "create-key" })] });
  });

  test("has every command of scripts and first set-up", () => {
    expect(COMMANDS.map(({ name }) => name).toSorted()).toEqual([
      "acknowledge",
      "backup",
      "channels",
      "create-channel",
      "create-job",
      "create-key",
      "create-project",
      "create-user",
      "create-window",
      "delete-job",
      "delete-window",
      "deliveries",
      "dismiss-unmatched",
      "drill",
      "drills",
      "incidents",
      "job",
      "jobs",
      "make-job-of-unmatched",
      "mute",
      "note",
      "pause-job",
      "projects",
      "replay",
      "report",
      "reset-password",
      "restore",
      "resume-job",
      "set-drills",
      "set-reports",
      "snooze",
      "unacknowledge",
      "unmatched",
      "unmute",
      "unsnooze",
      "update-channel",
      "update-job",
      "update-project",
      "update-window",
      "windows",
    ]);
  });

  test("an unknown command says which there are", async () => {
    expect(await failure("create-jobs")).toMatch(
      /^There is no command "create-jobs"\. The commands are: create-user, /,
    );
  });

  test("nothing is opened for a command that is misspelt", async () => {
    const result = await runAdmin(["job", "--ID", "1"], () => Promise.reject(new Error("was opened")));
    expect(result.output).toEqual({ error: "job has no option --ID. Usage: job --id ID|SLUG [--project ID|NAME]" });
  });
});
