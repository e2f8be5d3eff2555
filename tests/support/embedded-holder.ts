// A server as far as its database goes. Says one JSON object a line; SIGTERM stops it as a server would.
import { AppError } from "../../lib/errors.ts";
import { createLog } from "../../lib/log.ts";
import { startEmbedded } from "../../lib/store/embedded.ts";

const dataDir = process.argv[2] ?? "";

try {
  const embedded = await startEmbedded({ dataDir, log: createLog("silent") });
  process.once("SIGTERM", () => void embedded.stop().then(() => process.exit(0)));
  setInterval(() => {}, 60_000);
  say({ url: embedded.url, pid: embedded.pid });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  say({ refused: error.code, message: error.message });
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
