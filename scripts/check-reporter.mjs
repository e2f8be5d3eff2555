import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/** Tells scripts/check.mjs what happened: counts while it runs, everything else in a file at the end. */
export default class CheckReporter {
  counts = { passed: 0, failed: 0, skipped: 0 };
  skips = [];
  failures = [];

  onTestCaseResult(test) {
    const result = test.result();
    const name = `${relative(process.cwd(), test.module.moduleId)} › ${test.fullName}`;
    if (result.state === "skipped") this.skips.push({ name, reason: result.note ?? "no reason given" });
    if (result.state === "failed") this.failures.push({ name, errors: result.errors.map(textOf) });
    if (result.state in this.counts) this.counts[result.state] += 1;
    console.log(`@counts ${JSON.stringify(this.counts)}`);
  }

  onTestRunEnd(modules, unhandledErrors) {
    for (const file of modules) {
      const name = relative(process.cwd(), file.moduleId);
      for (const suite of [file, ...file.children.allSuites()]) {
        if (suite.errors().length > 0) this.fail(name, suite.errors());
      }
    }
    if (unhandledErrors.length > 0) this.fail("errors that no test caught", unhandledErrors);
    writeFileSync(
      process.env.BELFRY_REPORT,
      JSON.stringify({ counts: this.counts, skips: this.skips, failures: this.failures }),
    );
  }

  /** A file or suite that could not run is one failed test. */
  fail(name, errors) {
    this.failures.push({ name, errors: errors.map(textOf) });
    this.counts.failed += 1;
  }
}

/** A stack without its first lines: those of a test that ran out of time say nothing, and others repeat the message. */
function textOf({ stack = "", message, diff }) {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [message, diff, ...frames].filter((part) => part !== undefined && part !== "").join("\n");
}
