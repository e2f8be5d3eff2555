import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { LeftOutPanel } from "../../../components/job/left-out-panel.tsx";
import type { LeftOut } from "../../../lib/domain/left-out.ts";

const SCHEDULE: LeftOut = { field: "schedule", asked: "61 * * * * (UTC)", problem: "61 is no minute." };

function shown(leftOut: readonly LeftOut[], editHref: string | null = "/jobs/j/edit"): string {
  return renderToStaticMarkup(<LeftOutPanel leftOut={leftOut} editHref={editHref} />)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

test("nothing is shown where nothing was left out", () => {
  expect(shown([])).toBe("");
});

test("what was left out is shown with its reason and with what to do", () => {
  const text = shown([SCHEDULE, { field: "tags", asked: "t0, t1", problem: "At most 20 tags fit." }]);
  expect(text).toContain("Schedule 61 * * * * (UTC) 61 is no minute. Tags t0, t1 At most 20 tags fit.");
  expect(text).toContain("Set it here.");
  expect(shown([SCHEDULE], null)).toContain("Somebody who may edit the job has to set it.");
});
