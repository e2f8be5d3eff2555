// `npm run -s schedule`: a line of JSON on standard input, a line of JSON on standard output.
import { answerCrontabQuery } from "../lib/domain/crontab/crontab-query.ts";
import { answerFireQuery } from "../lib/domain/schedule/fire-query.ts";
import { installZones } from "../lib/zones/source.ts";

installZones();

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the answers has read enough.
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

/** Answers whole lines as they come; the last needs no newline. */
async function answerLines(answer: (line: string) => unknown): Promise<void> {
  let rest = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    await write(lines.map((line) => `${JSON.stringify(answer(line))}\n`).join(""));
  }
  if (rest !== "") await write(`${JSON.stringify(answer(rest))}\n`);
}

/** Waits until what was written is on its way, so that answers do not pile up. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

const [option, ...more] = process.argv.slice(2);
if (option === undefined) {
  await answerLines(answerFireQuery);
} else if (option === "--crontab" && more.length === 0) {
  await answerLines(answerCrontabQuery);
} else {
  console.error("Give it nothing for {dialect, expr, tz, from, count} on each line, or --crontab for {kind, text}.");
  process.exitCode = 1;
}
