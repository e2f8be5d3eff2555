// `npm run up`: from a fresh clone to a running Belfry. Nothing may be imported here that is not Node's own.
import { requireNode } from "./node-version.mjs";

requireNode();
const { runScript } = await import("./steps.mjs");

await runScript(async () => {
  const { install } = await import("./install.mjs");
  await install();
  const { build } = await import("./build.mjs");
  await build();
  const { serve } = await import("./serve.mjs");
  await serve();
});
