import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { PageHeader } from "../../../components/base/page.tsx";

function shown(crumbs?: { label: string; href: string }[]): string {
  return renderToStaticMarkup(<PageHeader title="Run 42" {...(crumbs === undefined ? {} : { crumbs })} />)
    .replaceAll(/<h1[^>]*>/g, " | ")
    .replaceAll(/<[^>]+>/g, "");
}

test("the way to a page ends with its last part, not with a slash: the title stands on a line of its own", () => {
  const jobs = { label: "Jobs", href: "/jobs" };
  expect(shown([jobs, { label: "export", href: "/jobs/1" }])).toBe("Jobs / export | Run 42");
  expect(shown([jobs])).toBe("Jobs | Run 42");
  expect(shown()).toBe(" | Run 42");
});
