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

await prepare("Packages", async () => (await import("./install.mjs")).install());
const built = await prepare("Build", async () => (await import("./build.mjs")).build());
for (const [title, log, command, args] of STATIC) await check(title, log, command, args);
if (built) {
  await findMissingTools();
  for (const [title, log, config] of SUITES) await suite(title, log, config);
} else {
  total.skipped += SUITES.length;
  notes.push(...SUITES.map(([title]) => `skipped: ${title}: the build failed`));
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
  let failure = null;
  await step(title, async (note) => {
    const { code, output } = await attempt(command, args, { log, env: { NO_COLOR: "1" } });
    if (code === 0) return;
    failure = output;
    note("failed");
  });
  if (failure === null) {
    total.passed += 1;
    return;
  }
  total.failed += 1;
  console.error(`\n${failure.trimEnd()}\n`);
}

async function suite(title, log, config) {
  const report = join(root, "dist", "logs", `${log}.json`);
  rmSync(report, { force: true });
  let ended = null;
  await step(title, async (note) => {
    const args = [bin("vitest/vitest.mjs"), "run", "--config", config, "--reporter=default"];
    ended = await attempt(process.execPath, [...args, `--reporter=${join(root, "scripts", "check-reporter.mjs")}`], {
      log,
      env: { BELFRY_REPORT: report, NO_COLOR: "1" },
      onLine: (line) => line.startsWith("@counts ") && note(words(JSON.parse(line.slice(8)))),
    });
  });
  if (!existsSync(report)) {
    total.failed += 1;
    console.error(`\n${ended.output.trimEnd().split("\n").slice(-60).join("\n")}\n`);
    return;
  }
  const { counts, skips, failures } = JSON.parse(readFileSync(report, "utf8"));
  for (const [name, count] of Object.entries(counts)) total[name] += count;
  if (ended.code !== 0 && failures.length === 0)
    failures.push({ name: title, errors: [`It ended with ${ended.code}.`] });
  if (failures.length > counts.failed) total.failed += failures.length - counts.failed;
  for (const { name, errors } of failures) console.error(`\n✗ ${name}\n${errors.join("\n")}\n`);
  if (failures.length > 0) console.error(`The whole output is in ${ended.file}.\n`);
  notes.push(...skips.map(({ name, reason }) => `skipped: ${name}: ${reason}`));
}

function words({ passed, failed, skipped }) {
  return `${passed} passed${failed > 0 ? `, ${failed} failed` : ""}${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
