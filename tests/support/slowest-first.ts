import { join, relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { SECONDS } from "./slow-files.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Starts the slowest files first: one that begins last would run alone while the other workers have nothing to do. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => secondsOf(b) - secondsOf(a));
  }
}

function secondsOf({ moduleId }: TestSpecification): number {
  return SECONDS[relative(ROOT, moduleId)] ?? 0;
}
