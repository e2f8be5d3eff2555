import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Entry = {
  version?: string;
  integrity?: string;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
};

const ROOT = join(import.meta.dirname, "..");

function readPackages(): Record<string, Entry> {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, Entry> };
  return lock.packages;
}

test("the lock file names every build for other platforms; if not: npm run lock", () => {
  const packages = readPackages();
  const wanted = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => [`node_modules/${name}`, `${parent}/node_modules/${name}`]),
  );
  expect(wanted.length).toBeGreaterThan(50);
  expect(wanted.filter((paths) => !paths.some((path) => path in packages))).toEqual([]);
});

test("what everybody needs is pinned by its content", () => {
  const loose = Object.entries(readPackages()).filter(
    ([path, entry]) => path !== "" && entry.optional !== true && entry.integrity === undefined,
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});
