import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { WeekHours } from "../../../components/base/week-hours.tsx";

function markup(values: { days: number[]; from: string; to: string }, days?: string): string {
  const errors = { days, from: undefined, to: undefined };
  const names = { from: "quietFrom", to: "quietTo" };
  const change = () => undefined;
  return renderToStaticMarkup(
    <MantineProvider>
      <WeekHours label="They begin on" values={values} errors={errors} names={names} change={change} />
    </MantineProvider>,
  );
}

test("hours of a week show their days and times, and say where they end on the next day", () => {
  const nights = markup({ days: [1, 7], from: "22:00", to: "07:00" });
  expect(nights.match(/<input[^>]*type="checkbox"[^>]*>/g)?.map((input) => input.includes("checked"))).toEqual([
    ...[true, false, false, false, false, false, true],
  ]);
  expect(nights).toMatch(/name="quietFrom"[^>]*value="22:00"|value="22:00"[^>]*name="quietFrom"/);
  expect(nights).toContain("On the next day.");
  expect(markup({ days: [1], from: "09:00", to: "17:00" })).not.toContain("On the next day.");
  expect(markup({ days: [1], from: "09:00", to: "" })).not.toContain("On the next day.");
});

test("what is wrong with the days is said aloud", () => {
  expect(markup({ days: [], from: "", to: "" }, "Choose a day.")).toMatch(/role="alert"[^>]*>Choose a day\./);
});
