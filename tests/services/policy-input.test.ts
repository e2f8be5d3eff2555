import { expect, test } from "vitest";
import { PLAIN_POLICY } from "../../lib/domain/ping-policy.ts";
import { AppError } from "../../lib/errors.ts";
import { parseJobEdit, parseNewJob } from "../../lib/services/job-input.ts";
import { parsePolicy, type PolicyInput } from "../../lib/services/policy-input.ts";

function refusal(input: Partial<PolicyInput>): AppError {
  try {
    parsePolicy(input);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error(`It was taken: ${JSON.stringify(input)}`);
}

test("a policy that asks for nothing is none", () => {
  expect(parsePolicy(null)).toBeNull();
  expect(parsePolicy({})).toBeNull();
  expect(
    parsePolicy({ ...PLAIN_POLICY, places: ["http", "mail"], otherwise: "fail", failureWords: [" ", ""] }),
  ).toBeNull();
});

test("keywords are trimmed and kept once, in their case; places have an order", () => {
  const words = { failureWords: [" ERROR", "Error", "ERROR", "", "has failed "], places: ["http", "subject"] };
  expect(parsePolicy(words)).toEqual({
    ...PLAIN_POLICY,
    failureWords: ["ERROR", "Error", "has failed"],
    places: ["subject", "http"],
  });
  expect(parsePolicy({ successWords: ["ok"] })?.places).toEqual(["subject", "mail", "http"]);
  expect(parsePolicy({ methods: "post", places: ["http"], otherwise: "fail" })).toEqual({
    ...PLAIN_POLICY,
    methods: "post",
  });
  expect(parsePolicy({ manualResume: true })).toEqual({ ...PLAIN_POLICY, manualResume: true });
  expect(parsePolicy({ startWords: ["w".repeat(100)], places: ["mail"] })?.startWords).toEqual(["w".repeat(100)]);
});

test.each<[Partial<PolicyInput>, string, RegExp]>([
  [{ methods: "PUT" }, "methods", /"PUT" .* any or post/],
  [{ otherwise: "shout" }, "otherwise", /"shout" .* ignore or fail/],
  [{ places: ["header"] }, "places", /"header"; use subject, mail, http/],
  [{ failureWords: ["ERROR"], places: [] }, "places", /Say where/],
  [{ successWords: ["x".repeat(101)], places: ["http"] }, "successWords", /more than 100 characters/],
  [{ startWords: Array.from({ length: 21 }, (_, n) => `w${n}`), places: ["http"] }, "startWords", /At most 20/],
])("refuses %j", (input, field, words) => {
  const error = refusal(input);
  expect(error).toMatchObject({ code: "invalid", field });
  expect(error.message).toMatch(words);
});

test("a job's form checks it, and an edit keeps what is not given of it", () => {
  const policy = { ...PLAIN_POLICY, methods: "post" as const, failureWords: ["ERROR"], places: ["http" as const] };
  const { settings } = parseNewJob({ slug: "backup", pingPolicy: policy });
  expect(settings.pingPolicy).toEqual(policy);
  expect(() => parseNewJob({ slug: "backup", pingPolicy: { methods: "PUT" } })).toThrow(/any or post/);

  const form = {
    ...{ name: "Backup", slug: "backup", environment: "production", description: "", tags: [], schedule: "" },
    ...{ dialect: "auto", timeZone: "UTC", grace: "", maxRuntime: "", minRuntime: "", jitter: "" },
    ...{ failuresToOpen: 1, successesToClose: 1, overlap: "alert" as const, unusual: "ignore" as const },
    ...{ channelIds: null, pingPolicy: policy, failureWindow: null, tooOften: "alert" as const, upstreams: [] },
  };
  const edited = (pingPolicy?: Partial<PolicyInput> | null) => parseJobEdit(form, { pingPolicy }).settings.pingPolicy;
  expect(edited()).toEqual(policy);
  expect(edited({ methods: undefined, otherwise: "fail" })).toEqual({ ...policy, otherwise: "fail" });
  expect(edited({ methods: "any", failureWords: [] })).toBeNull();
  expect(edited(null)).toBeNull();
});
