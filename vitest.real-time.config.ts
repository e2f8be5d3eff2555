import { defineConfig } from "vitest/config";

process.env.TZ = "Asia/Kathmandu";

/** A real cron daemon by the minute of a real clock: almost nothing but waiting, so `npm run check` runs it beside other tests. */
export default defineConfig({
  test: {
    include: ["tests/real-time/**/*.test.ts"],
    setupFiles: ["tests/support/console.ts"],
    pool: "forks",
    maxWorkers: 4,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
