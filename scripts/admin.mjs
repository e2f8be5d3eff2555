// `npm run -s admin -- <command> …`: standard output is exactly one JSON object, also where nothing was built yet.
import { existsSync } from "node:fs";

const program = new URL("../dist/admin.mjs", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.log(JSON.stringify({ error: "Belfry has not been built here: run npm run up once, or npm run build." }));
  process.exitCode = 1;
}
