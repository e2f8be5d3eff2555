import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SECONDS } from "./support/slow-files.ts";

test("the slow files that begin first are all there", () => {
  const files = Object.keys(SECONDS);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(join(import.meta.dirname, "..", file)))).toEqual([]);
});
