import { defineConfig } from "vitest/config";

process.env.TZ = "Asia/Kathmandu";

/** Whole programs, a browser, real clients: one file after the other, in real time. `npm run check` has built before. */
export default defineConfig({
  test: {
    include: ["tests/e2e/**/*.test.ts"],
    setupFiles: ["tests/support/console.ts"],
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
