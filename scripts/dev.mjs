// `npm run dev`: the server from source, started again when its code changes; the pages reload by themselves.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { requireNode } from "./node-version.mjs";
import { root, runScript } from "./steps.mjs";

requireNode();

await runScript(async () => {
  const { install } = await import("./install.mjs");
  await install();
  const { build, bundleOptions } = await import("./build.mjs");
  await build({ only: ["generate"] });
  const { context } = await import("esbuild");
  const server = runner();
  const options = bundleOptions(join(root, "dist", "dev"));
  const watching = await context({
    ...options,
    entryPoints: { ...options.entryPoints, "pages-dev": "lib/server/pages-dev.ts" },
    logLevel: "warning",
    plugins: [
      { name: "restart", setup: ({ onEnd }) => onEnd(({ errors }) => errors.length === 0 && server.restart()) },
    ],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, async () => {
      await Promise.all([watching.dispose(), server.stop(signal)]);
      process.exit(0);
    });
  }
  await watching.watch();
});

/** One server at a time: changes that come while it stops lead to one start. */
function runner() {
  let child = null;
  let restarting = null;

  async function stop(signal) {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async function swap() {
    await stop("SIGTERM");
    restarting = null;
    child = spawn(process.execPath, [join(root, "dist", "dev", "server.mjs"), "--development"], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child.on("message", ({ url }) => console.log(`\n  Belfry listens on ${url}\n`));
  }

  return { stop, restart: () => void (restarting ??= swap()) };
}
