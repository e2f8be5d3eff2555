import { execFile } from "node:child_process";
import { resolve } from "node:path";

/** Prisma's command line with the stand-in for its schema engine. */
export function runPrisma(url: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: url,
    PRISMA_SCHEMA_ENGINE_BINARY: resolve("scripts/prisma-engine.mjs"),
    CHECKPOINT_DISABLE: "1",
  };
  return new Promise((done) => {
    execFile(process.execPath, ["node_modules/prisma/build/index.js", ...args], { env }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
    });
  });
}
