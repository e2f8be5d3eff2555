import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./tests/support/slowest-first.ts";

process.env.TZ = "Asia/Kathmandu";

/** Whole programs, a browser, real clients, in real time. `npm run check` has built before. Each file has a server of its own; they mostly wait. */
export default defineConfig({
  test: {
    include: ["tests/e2e/**/*.test.ts"],
    setupFiles: ["tests/support/console.ts"],
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
