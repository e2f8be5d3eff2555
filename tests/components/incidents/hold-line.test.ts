import { expect, test } from "vitest";
import { holdText } from "../../../components/incidents/hold-line.tsx";

test("an alert that waits says for what", () => {
  expect(holdText({ hold: "window", holdDetail: "Nightly deploy", planAt: 5 })).toBe(
    "Waits for the end of the window “Nightly deploy”.",
  );
  expect(holdText({ hold: null, holdDetail: null, planAt: 5 })).toBe("About to be told.");
});

test("an alert that nobody heard of says why, and what outside wrote cannot hide it", () => {
  expect(holdText({ hold: "upstream", holdDetail: "a\u202eb", planAt: null })).toBe(
    "Nobody was told: it was over as soon as “a⟨U+202E⟩b” was well again.",
  );
  expect(holdText({ hold: "muted", holdDetail: null, planAt: null })).toBe(
    "Nobody was told: somebody had muted the incident.",
  );
});
