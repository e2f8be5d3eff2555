import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CodePanel, type CodeView } from "../../../components/job/code-panel.tsx";

type Difference = CodeView["differences"][number];

const GRACE: Difference = { field: "grace", code: "6m", here: "20m", problem: null };
const SCHEDULE: Difference = {
  field: "schedule",
  code: "61 * * * *",
  here: "no schedule",
  problem: "61 is no minute.",
};

function shown(followsCode: CodeView | null, mayChange = true): string {
  const adopt = mayChange ? async () => ({ ok: true, message: "" }) : null;
  const panel = <CodePanel jobId="j" followsCode={followsCode} adopt={adopt} />;
  const markup = renderToStaticMarkup(<MantineProvider>{panel}</MantineProvider>);
  return markup
    .replace(/<style.*?<\/style>|<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

test("nothing is shown where code and settings agree", () => {
  for (const view of [null, { managedBy: "code" as const, differences: [] }]) {
    expect(shown(view)).not.toContain("Its code asks");
  }
});

test("each difference is shown on both sides, with what cannot be done", () => {
  const text = shown({ managedBy: "app", differences: [SCHEDULE, GRACE] });
  expect(text).toContain("managed here");
  expect(text).toContain("Schedule 61 * * * * 61 is no minute. no schedule Grace time 6m 20m");
  expect(text).toContain("Take what the code says");
});

test("nobody is offered what cannot be done, or what his role does not allow", () => {
  expect(shown({ managedBy: "code", differences: [SCHEDULE] })).not.toContain("Take what");
  expect(shown({ managedBy: "code", differences: [GRACE] }, false)).not.toContain("Take what");
});
