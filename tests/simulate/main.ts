import { parseArgs } from "node:util";
import { figuresOf, tableOf } from "./report.ts";
import { storyAround } from "./story.ts";
import { simulate } from "./simulation.ts";

// npm run simulate -- [--jobs 500] [--days 365] [--seed 1] [--json] [--job 17 [--around 2026-03-29T01:00Z]]: a fleet of
// jobs and all that happens to it in virtual time, under the rules; or one job of it, and its story around an instant.

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "500" },
    days: { type: "string", default: "365" },
    seed: { type: "string", default: "1" },
    job: { type: "string" },
    around: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const size = { jobs: readCount("jobs", 1), days: readCount("days", 1), seed: readCount("seed", 0) };
const story = values.around === undefined ? null : storyAround(Date.parse(values.around), console.log);
const focus = values.job === undefined ? null : { job: readCount("job", 0), story };

const startedAt = performance.now();
const tally = simulate(size, focus);
const seconds = (performance.now() - startedAt) / 1000;
console.log(values.json ? JSON.stringify(figuresOf(size, tally, seconds)) : tableOf(size, tally, seconds));

function readCount(name: "jobs" | "days" | "seed" | "job", least: number): number {
  const count = Number(values[name]);
  if (Number.isInteger(count) && count >= least) return count;
  console.error(`--${name} takes a whole number from ${least}, not "${values[name]}".`);
  process.exit(1);
}
