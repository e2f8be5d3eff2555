import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Suggestion } from "../../../components/jobs/suggestion.tsx";

const shown = (value: string): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <Suggestion ms={120_000} runs={200} value={value} onTake={() => {}} />
    </MantineProvider>,
  );

test("a suggested limit says where it comes from, and its button what it does", () => {
  expect(shown("5m")).toContain("Suggested from the last 200 runs");
  expect(shown("5m")).toContain('aria-label="Use 2 min"');
  expect(shown("nonsense")).toContain("Suggested");
});

test.each(["2m", "120s", " 2 min "])("it goes once the field says the same: %j", (value) => {
  expect(shown(value)).not.toContain("Suggested");
});
