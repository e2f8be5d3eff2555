import { beforeAll, describe, expect, test } from "vitest";
import { createAuth } from "../../lib/auth/server.ts";
import { PASSWORD } from "../services/world.ts";
import { AdminWorld } from "./admin-world.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

let world: AdminWorld;
let services: AdminWorld["services"];
let project: AdminWorld["project"];

beforeAll(async () => {
  world = await AdminWorld.open();
  ({ services, project } = world);
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);

describe("people", () => {
  test("create-user and reset-password", async () => {
    const user = await run("create-user", "--email", "Second@example.org", "--password", PASSWORD);
    expect(user).toEqual({ id: expect.any(String), email: "second@example.org" });
    const reset = await run("reset-password", "--email", "second@example.org", "--password", "another password");
    expect(reset).toEqual(user);
    const auth = createAuth(services);
    const signIn = (password: string) => auth.signIn({ email: "second@example.org", password }, new Headers());
    expect(await signIn("another password")).toMatchObject({ ok: true });
    expect(await signIn(PASSWORD)).toMatchObject({ ok: false });
  });

  test("create-project and create-key", async () => {
    expect(project).toEqual({
      id: expect.any(String),
      name: "Night shift",
      pingKey: expect.stringMatching(/^bfp_[0-9A-Za-z]{24}$/),
      dsn: expect.stringMatching(/^http:\/\/[0-9a-f]{32}@localhost:3000\/\d+$/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "ping")).toEqual({
      key: expect.stringMatching(/^bfp_/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "read")).toEqual({
      key: expect.stringMatching(/^bfr_/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "write")).toEqual({
      key: expect.stringMatching(/^bfw_/),
    });
  });

  test.each([
    [["create-user", "--email", "owner@example.org", "--password", PASSWORD], /already an account/],
    [["create-user", "--email", "nonsense", "--password", PASSWORD], /"nonsense" is not an e-mail address/],
    [["create-user", "--email", "x@example.org", "--password", "short"], /at least 8/],
    [["reset-password", "--email", "nobody@example.org", "--password", PASSWORD], /no account .* nobody@example\.org/],
    [
      ["create-project", "--name", "X", "--owner", "nobody@example.org"],
      /make it first: create-user --email nobody@example\.org/,
    ],
    [["create-project", "--name", " ", "--owner", "owner@example.org"], /Give it a name/],
    [["create-key", "--project", NOBODY, "--scope", "ping"], /no project with the id/],
    [["create-key", "--project", "x", "--scope", "ping"], /no project with the id "x"/],
  ])("%j says what is wrong", async (words, sentence) => {
    expect(await failure(...words)).toMatch(sentence);
  });

  test("an unknown scope says which there are", async () => {
    expect(await failure("create-key", "--project", project.id, "--scope", "admin")).toBe(
      '"admin" is no scope of a key; use one of ping, read, write.',
    );
  });
});
