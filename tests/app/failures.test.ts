import { expect, test } from "vitest";
import { asRecord, asText, asTexts } from "../../app/action-input.ts";
import { isDatabaseAway, tryAction, tryForm } from "../../app/failures.ts";
import { parseJobForm } from "../../app/job-form-input.ts";
import { AppError } from "../../lib/errors.ts";
import { InvalidInput } from "../../lib/services/input.ts";

test.each([
  ["a refused connection", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
  ["a server that shuts down", Object.assign(new Error("terminating"), { code: "57P01" })],
  ["a broken connection", new Error("Connection terminated unexpectedly")],
  ["a pool that waits", new Error("timeout exceeded when trying to connect")],
  ["Prisma", Object.assign(new Error("x"), { code: "P1001" })],
  ["a service's own word", new AppError("unavailable", "away")],
  ["a cause further down", new Error("query failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) })],
])("%s means that the database is away", (_name, error) => expect(isDatabaseAway(error)).toBe(true));

test.each([new Error("bug"), new AppError("invalid", "wrong"), Object.assign(new Error("x"), { code: "23505" }), null])(
  "%s does not",
  (error) => expect(isDatabaseAway(error)).toBe(false),
);

test("a form that is refused keeps its input and says what is wrong beside each field", async () => {
  const problems = [
    { field: "slug", message: "Give it a slug." },
    { field: "grace", message: "Write 5m." },
  ];
  const values = { slug: "", grace: "soon" };
  const state = await tryForm(values, () => Promise.reject(new InvalidInput(problems)));
  expect(state).toEqual({ values, error: null, fieldErrors: { slug: "Give it a slug.", grace: "Write 5m." } });
});

test("a form without its database says that nothing was changed", async () => {
  const state = await tryForm({}, () => Promise.reject(new AppError("unavailable", "x")));
  expect(state?.error).toContain("nothing was changed");
});

test("a bug stays a bug", async () => {
  await expect(tryAction(() => Promise.reject(new TypeError("oops")))).rejects.toThrow("oops");
});

test("a server action takes anything at all", () => {
  for (const odd of [
    null,
    undefined,
    7,
    "text",
    [],
    { name: {}, tags: "x", channelIds: [1, "a"], failuresToOpen: "x" },
  ]) {
    const form = parseJobForm(odd);
    expect(typeof form.name).toBe("string");
    expect(Array.isArray(form.tags)).toBe(true);
  }
  expect(asText({})).toBe("");
  expect(asTexts([1, "a"])).toEqual(["", "a"]);
  expect(asRecord(null)).toEqual({});
});
