// `npm run check`: everything that must be green. On a fresh clone it installs what it needs first.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireNode } from "./node-version.mjs";
import { attempt, clock, root, step, StepError } from "./steps.mjs";
import { findMissingTools } from "./tools.mjs";

requireNode();

const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];
const startedAt = performance.now();

const bin = (path) => join(root, "node_modules", path);
const node = (path, ...args) => [process.execPath, [bin(path), ...args]];

/** Each counts as one test. Building comes first: Next writes types that the others read. */
const STATIC = [
  ["Format", "format", ...node("oxfmt/bin/oxfmt", "--check")],
  ["Types", "types", ...node("typescript/bin/tsc", "--noEmit")],
  ["Lint", "lint", ...node("oxlint/bin/oxlint", "--type-aware", "--deny-warnings")],
  ["Unused code", "unused", ...node("knip/bin/knip.js")],
];

const SUITES = [
  ["Unit and integration tests", "tests", "vitest.config.ts"],
  ["Tests with browser and real clients", "e2e", "vitest.e2e.config.ts"],
];
/** It waits for minutes to pass, so it takes none of its own. */
const BESIDE = ["Tests by the minute of a real clock", "real-time", "vitest.real-time.config.ts"];

await prepare("Packages", async () => (await import("./install.mjs")).install());
const built = await prepare("Build", async () => (await import("./build.mjs")).build());
for (const [title, log, command, args] of STATIC) await check(title, log, command, args);
if (built) {
  await findMissingTools();
  const beside = suite(...BESIDE, { quiet: true });
  for (const [title, log, config] of SUITES) await suite(title, log, config);
  await beside;
} else {
  const all = [...SUITES, BESIDE];
  total.skipped += all.length;
  notes.push(...all.map(([title]) => `skipped: ${title}: the build failed`));
}

for (const note of notes) console.log(note);
console.log(`Took ${clock(performance.now() - startedAt)}.`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/** Steps of its own, which show themselves. @returns {Promise<boolean>} whether it went well */
async function prepare(title, work) {
  try {
    await work();
    total.passed += 1;
    return true;
  } catch (error) {
    total.failed += 1;
    console.error(`\n${title} failed:\n${error instanceof StepError ? error.message : error.stack}\n`);
    return false;
  }
}

async function check(title, log, command, args) {
  const failure = await outcome(title, async () => {
    const { code, output } = await attempt(command, args, { log, env: { NO_COLOR: "1" } });
    if (code !== 0) throw new StepError(output.trim());
  });
  if (failure === null) {
    total.passed += 1;
    return;
  }
  total.failed += 1;
  console.error(`\n${failure}\n`);
}

/** Shows a step; what it threw for us to print, null where it went well. */
async function outcome(title, work, options) {
  try {
    await step(title, work, options);
    return null;
  } catch (error) {
    if (error instanceof StepError) return error.message;
    throw error;
  }
}

async function suite(title, log, config, options) {
  const report = join(root, "dist", "logs", `${log}.json`);
  rmSync(report, { force: true });
  const failure = await outcome(
    title,
    async (note) => {
      const reporters = ["--reporter=default", `--reporter=${join(root, "scripts", "check-reporter.mjs")}`];
      const { code, output, file } = await attempt(
        process.execPath,
        [bin("vitest/vitest.mjs"), "run", "--config", config, ...reporters],
        {
          log,
          env: { BELFRY_REPORT: report, NO_COLOR: "1" },
          onLine: (line) => line.startsWith("@counts ") && note(words(JSON.parse(line.slice(8)))),
        },
      );
      if (code !== 0)
        throw new StepError(`${existsSync(report) ? "" : lastLines(output)}\nThe whole output is in ${file}.`);
    },
    options,
  );
  const { counts, skips, failures } = readReport(report);
  // It ended badly although every test it tells of went well.
  if (failure !== null && counts.failed === 0) counts.failed = 1;
  for (const [name, count] of Object.entries(counts)) total[name] += count;
  for (const { name, errors } of failures) console.error(`\n✗ ${name}\n${errors.join("\n")}`);
  if (failure !== null) console.error(`${failure}\n`);
  notes.push(...skips.map(({ name, reason }) => `skipped: ${name}: ${reason}`));
}

function readReport(file) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  return { counts: { passed: 0, failed: 0, skipped: 0 }, skips: [], failures: [] };
}

function lastLines(output) {
  return output.trimEnd().split("\n").slice(-60).join("\n");
}

function words({ passed, failed, skipped }) {
  return `${passed} passed${failed > 0 ? `, ${failed} failed` : ""}${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
