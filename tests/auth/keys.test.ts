import { expect, test } from "vitest";
import { makeDsnKey, makeKey, prefixOf } from "../../lib/auth/keys.ts";

test("keys are fit for a path and tell their scope", () => {
  expect(makeKey("ping")).toMatch(/^bfp_[0-9A-Za-z]{24}$/);
  expect(makeKey("read")).toMatch(/^bfr_[0-9A-Za-z]{24}$/);
  expect(makeKey("write")).toMatch(/^bfw_[0-9A-Za-z]{24}$/);
  expect(makeDsnKey()).toMatch(/^[0-9a-f]{32}$/);
});

test("no two keys are the same", () => {
  const keys = Array.from({ length: 1_000 }, () => makeKey("ping"));
  expect(new Set(keys).size).toBe(1_000);
});

test("a prefix shows four random characters and no more", () => {
  expect(prefixOf("bfp_abcdefgh")).toBe("bfp_abcd");
});
