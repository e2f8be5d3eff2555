import { expect, test } from "vitest";
import { parseJobForm } from "../../app/job-form-input.ts";
import { otherEnvironment } from "../../app/job-views.ts";
import { PLAIN_POLICY_VALUES } from "../../components/jobs/job-form-values.ts";
import { PLAIN_POLICY } from "../../lib/domain/ping-policy.ts";
import { parseNewJob } from "../../lib/services/job-input.ts";

test("whatever is sent becomes a form, and what is odd in it is empty", () => {
  for (const input of [null, undefined, 7, "x", [], { pingPolicy: 7 }, { pingPolicy: { failureWords: [7, null] } }]) {
    expect(() => parseJobForm(input)).not.toThrow();
  }
  expect(parseJobForm({ slug: 7, environment: ["a"] })).toMatchObject({ slug: "", environment: "" });
});

test("a job without a policy shows a plain one, which is saved as none", () => {
  const values = parseJobForm({ slug: "backup", pingPolicy: null });
  expect(values.pingPolicy).toEqual(PLAIN_POLICY_VALUES);
  const { settings } = parseNewJob({
    ...values,
    dialect: "auto",
    overlap: "alert",
    unusual: "ignore",
    tooOften: "alert",
  });
  expect(settings).toMatchObject({ pingPolicy: null, environment: "production" });
});

test("where no keyword is looked for, all places are offered; chosen ones stay", () => {
  const places = (policy: object) => parseJobForm({ pingPolicy: { ...PLAIN_POLICY, ...policy } }).pingPolicy.places;
  expect(places({ methods: "post" })).toEqual(["subject", "mail", "http"]);
  expect(places({ failureWords: ["ERROR"], places: ["http"] })).toEqual(["http"]);
});

test("only an environment other than production is worth a word", () => {
  expect(["production", "staging"].map(otherEnvironment)).toEqual([null, "staging"]);
});
