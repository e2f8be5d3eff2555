// Runs the built server in this terminal and says in plain words where it is.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./steps.mjs";

/** Requests that wait for their commit survive a small nursery, and being moved out of it costs each a tenth of its time. */
const NURSERY = "--max-semi-space-size=64";

/** Resolves when the server has ended; its exit code becomes ours. */
export async function serve() {
  const child = spawn(process.execPath, [NURSERY, join(root, "dist", "server.mjs")], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", tellAddress);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve) => child.once("exit", (...end) => resolve(end)));
  process.exitCode = code ?? (signal === null ? 1 : 128);
}

function tellAddress({ url, setupToken }) {
  console.log(`\n  Belfry listens on ${url}\n`);
  if (setupToken !== null)
    console.log(`  Nobody has an account yet. The first sign-up asks for this set-up token: ${setupToken}\n`);
}
