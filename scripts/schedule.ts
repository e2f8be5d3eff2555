// `npm run -s schedule`: a line of JSON on standard input, a line of JSON on standard output.
import { answerFireQuery } from "../lib/domain/schedule/fire-query.ts";

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

await answerLines(answerFireQuery);
