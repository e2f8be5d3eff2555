import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./tests/support/slowest-first.ts";

// A zone with an odd offset: code that forgets to name one fails.
process.env.TZ = "Asia/Kathmandu";

/** What needs no database; everything else gets one. */
const UNIT = [
  "tests/domain/**/*.test.ts",
  "tests/zones/**/*.test.ts",
  "tests/components/**/*.test.{ts,tsx}",
  "tests/*.test.ts",
];
/** These have configurations of their own. */
const ELSEWHERE = ["tests/e2e/**", "tests/real-time/**", "tests/bench/**"];

const LONG = process.env["BELFRY_LONG"] === "1";

export default defineConfig({
  test: {
    pool: "forks",
    // One more than the machine may have cores: many wait most of the time.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    setupFiles: ["tests/support/console.ts", "tests/support/size.ts"],
    expect: { poll: { timeout: 20_000 } },
    // Nothing waits that long: a busy machine may.
    testTimeout: LONG ? 600_000 : 60_000,
    hookTimeout: 60_000,
    // A process runs one file after the other, as loading everything afresh for each took a third of the time. The long check
    // does, so that no file comes to need what another left behind.
    isolate: LONG,
    projects: [
      { extends: true, test: { name: "unit", include: UNIT } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/**/*.test.{ts,tsx}"],
          exclude: [...UNIT, ...ELSEWHERE],
          globalSetup: ["tests/support/global-setup.ts", "tests/support/program-setup.mjs"],
          setupFiles: ["tests/support/console.ts", "tests/support/database-cleanup.ts"],
        },
      },
    ],
  },
});
