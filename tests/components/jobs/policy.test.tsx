import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { PolicyFacts } from "../../../components/job/policy-facts.tsx";
import { PLAIN_POLICY_VALUES, type PolicyValues } from "../../../components/jobs/job-form-values.ts";
import { PolicyFields } from "../../../components/jobs/policy-fields.tsx";
import { placesText, policyBrief } from "../../../components/jobs/policy-words.ts";
import { PLAIN_POLICY } from "../../../lib/domain/ping-policy.ts";

test.each<[Partial<PolicyValues>, string]>([
  [{}, "By their address alone"],
  [{ methods: "post" }, "POST only"],
  [{ failureWords: ["ERROR"] }, "1 keyword"],
  [
    { methods: "post", failureWords: ["a", "b"], startWords: ["c"], manualResume: true },
    "POST only · 3 keywords · manual resume",
  ],
])("in a few words %j is %j", (policy, words) => {
  expect(policyBrief({ ...PLAIN_POLICY_VALUES, ...policy })).toBe(words);
});

test("places are a list as people write it", () => {
  expect(placesText(["http"])).toBe("the body of requests");
  expect(placesText(["subject", "mail", "http"])).toBe(
    "the subject of mails, the text of mails and the body of requests",
  );
});

describe("the folded fields", () => {
  const shown = (policy: Partial<PolicyValues>, errors: Record<string, string> = {}) =>
    renderToStaticMarkup(
      <MantineProvider>
        <PolicyFields policy={{ ...PLAIN_POLICY_VALUES, ...policy }} errors={errors} change={() => {}} />
      </MantineProvider>,
    );

  test("are closed, say in their summary what holds, and open where something is wrong", () => {
    expect(shown({ methods: "post" })).toContain("POST only</summary>");
    expect(shown({})).not.toContain("<details open");
    expect(shown({}, { grace: "Write 5m." })).not.toContain("<details open");
    expect(shown({}, { failureWords: "At most 20 keywords fit." })).toContain("<details open");
  });

  test("ask where keywords are looked for once there are any", () => {
    expect(shown({})).not.toContain("Looked for in");
    expect(shown({ successWords: ["done"] })).toContain("Looked for in");
  });
});

test("a job's page says what was set, and nothing where nothing was", () => {
  expect(renderToStaticMarkup(<PolicyFacts policy={null} />)).toBe("");
  const policy = { ...PLAIN_POLICY, failureWords: ["ERROR", "<b>"], places: ["http" as const] };
  const text = renderToStaticMarkup(<PolicyFacts policy={policy} />);
  expect(text).toContain("&lt;b&gt;");
  expect(text).toContain("the body of requests");
  expect(text).toContain("changes nothing");
  expect(text).not.toContain("only POST counts");
});
