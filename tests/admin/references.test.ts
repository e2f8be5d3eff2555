import { beforeAll, describe, expect, test } from "vitest";
import { AdminWorld } from "./admin-world.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const HOOK = ["--kind", "webhook", "--url", "http://127.0.0.1:8080/hook"];

let world: AdminWorld;
let night: string;
let day: string;

beforeAll(async () => {
  world = await AdminWorld.open();
  night = world.project.id;
  day = (await run("create-project", "--name", "Day shift", "--owner", "owner@example.org")).id;
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);

describe("a project", () => {
  test("is named by its id or its name, in any letters", async () => {
    await run("create-job", "--project", "Day shift", "--slug", "tidy");
    for (const word of [day, day.toUpperCase(), "Day shift", "day SHIFT"]) {
      expect((await run("jobs", "--project", word)).jobs).toMatchObject([{ slug: "tidy" }]);
    }
  });

  test("that there is not is refused with those that there are", async () => {
    expect(await failure("jobs", "--project", "Dusk")).toBe(
      `There is no project with the id "Dusk", nor one of that name. There are "Night shift" (${night}), "Day shift" (${day}).`,
    );
    expect(await failure("jobs", "--project", NOBODY)).toBe(`There is no project with the id "${NOBODY}".`);
  });

  test("of a name that several have is refused with their ids, unless it is written as one of them is", async () => {
    const create = async (name: string): Promise<string> =>
      (await run("create-project", "--name", name, "--owner", "owner@example.org")).id;
    const [first, second, small] = [await create("Twins"), await create("Twins"), await create("twins")];
    expect(await failure("jobs", "--project", "Twins")).toBe(
      `"Twins" names more than one project; give an id: "Twins" (${first}), "Twins" (${second}).`,
    );
    await run("create-job", "--project", "twins", "--slug", "small");
    expect((await run("jobs", "--project", small)).jobs).toMatchObject([{ slug: "small" }]);
    expect(await failure("jobs", "--project", "TWINS")).toContain(small);
  });
});

describe("a channel", () => {
  test("is named by its name, in all projects or in one", async () => {
    const { id } = await run("create-channel", "--project", "Day shift", "--name", "Ops room", ...HOOK);
    expect(await run("update-channel", "--channel", "Ops room", "--enabled", "no")).toMatchObject({ id });
    const twin = await run("create-channel", "--project", "Night shift", "--name", "Ops room", ...HOOK);
    expect(await failure("update-channel", "--channel", "Ops room", "--enabled", "yes")).toBe(
      `"Ops room" names more than one channel; give an id: "Ops room" of "Day shift" (${id}), "Ops room" of "Night shift" (${twin.id}).`,
    );
    const words = ["--channel", "ops room", "--project", "Night shift"];
    expect(await run("replay", ...words)).toEqual({
      ...{ id: twin.id, replayed: 0, closed: 0, said: "There is nothing to send again." },
    });
    expect(await failure("replay", "--channel", "Attic", "--project", night)).toBe(
      `There is no channel with the id "Attic" in this project, nor one of that name. There is "Ops room" (${twin.id}).`,
    );
  });

  test("of another project is found in one that it serves", async () => {
    const { id } = await run("create-channel", "--project", night, "--name", "Lent", "--projects", day, ...HOOK);
    expect(await run("replay", "--channel", "Lent", "--project", "Day shift")).toMatchObject({ id });
  });
});

describe("a job", () => {
  test("is named by its slug, its environment and slug, or its name", async () => {
    const own = await run("create-job", "--project", night, "--slug", "backup", "--name", "Nightly backup");
    const staged = await run("create-job", "--project", night, "--slug", "backup", "--environment", "staging");
    const named = async (...words: string[]) => (await run("job", "--id", ...words)).id;
    expect(await named("production/backup")).toBe(own.id);
    expect(await named("staging/backup")).toBe(staged.id);
    expect(await named("nightly backup", "--project", "Night shift")).toBe(own.id);
    expect(await named("tidy")).toBe((await run("jobs", "--project", day)).jobs[0].id);
    expect(await failure("pause-job", "--id", "backup", "--project", night)).toBe(
      `"backup" names more than one job; give an id: "backup" (${own.id}), "staging/backup" (${staged.id}).`,
    );
    expect(await failure("delete-job", "--id", "tidy", "--project", night)).toMatch(
      /^There is no job with the id "tidy" in this project, nor one of that slug or name\. There are "backup"/,
    );
  });

  test("is not looked for in a project that there is not", async () => {
    for (const words of [
      ["job", "--id", "tidy"],
      ["replay", "--channel", "Ops room"],
    ]) {
      expect(await failure(...words, "--project", NOBODY)).toBe(`There is no project with the id "${NOBODY}".`);
    }
  });

  test("that there is not is refused with some of those that there are, or with how to make one", async () => {
    const { id } = await run("create-project", "--name", "Crowd", "--owner", "owner@example.org");
    expect(await failure("job", "--id", "x", "--project", id)).toMatch(
      /There is none yet: make one with create-job\.$/,
    );
    for (let number = 10; number < 31; number++) await run("create-job", "--project", id, "--slug", `j${number}`);
    const sentence = await failure("job", "--id", "x", "--project", id);
    expect(sentence).toMatch(/There are "j10".*"j29" \([^)]*\) and more\.$/);
    expect(sentence).not.toContain("j30");
  });
});
