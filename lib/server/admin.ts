import { once } from "node:events";
import { runAdmin } from "./admin/run.ts";
import { openSession } from "./admin/session.ts";

/** The command line: exactly one JSON object on standard output, everything else on standard error. */
async function main(): Promise<void> {
  const result = await runAdmin(process.argv.slice(2), openSession);
  if (!result.ok && result.failure !== null) process.stderr.write(`${stackOf(result.failure)}\n`);
  if (!process.stdout.write(`${JSON.stringify(result.output)}\n`)) await once(process.stdout, "drain");
  process.exitCode = result.ok ? 0 : 1;
}

function stackOf(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}

await main();
