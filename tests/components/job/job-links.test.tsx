import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { JobLinks } from "../../../components/job/job-links.tsx";
import { NEW_JOB } from "../../../components/jobs/job-form-values.ts";
import { TellFields } from "../../../components/jobs/tell-fields.tsx";
import { UpstreamFields } from "../../../components/jobs/upstream-fields.tsx";

const backup = { id: "b1", name: "Backup <db>", down: true };

test("a job's page leads to what it waits for and what waits for it, and says what is down", () => {
  const shown = renderToStaticMarkup(
    <JobLinks upstreams={[backup]} downstreams={[{ id: "r1", name: "Report", down: false }]} />,
  );
  expect(shown).toContain('href="/jobs/b1"');
  expect(shown).toContain("Backup &lt;db&gt;");
  expect(shown).toContain('href="/jobs/r1"');
  expect(shown.match(/Down/g)).toHaveLength(1);
  expect(renderToStaticMarkup(<JobLinks upstreams={[]} downstreams={[]} />)).toBe("");
});

test("what is wrong with counts and upstreams stands under their fields", () => {
  const values = { ...NEW_JOB, failuresToOpen: 3, failureWindow: 2, upstreams: ["nowhere"] };
  const errors = { failureWindow: "Give a whole number from 3 to 8.", upstreams: "There is no such job." };
  const shown = renderToStaticMarkup(
    <MantineProvider>
      <TellFields values={values} errors={errors} change={() => {}} />
      <UpstreamFields values={values} errors={errors} slugs={["backup"]} change={() => {}} />
    </MantineProvider>,
  );
  for (const words of [...Object.values(errors), "3 bad runs", "2 runs", "1 good run", "nowhere"]) {
    expect(shown).toContain(words);
  }
});
