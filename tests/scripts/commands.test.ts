import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let clone: string;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "belfry-clone-"));
  cpSync("scripts", join(clone, "scripts"), { recursive: true });
  cpSync("package.json", join(clone, "package.json"));
});
afterAll(() => rmSync(clone, { recursive: true }));

type Ended = { code: number; stdout: string; stderr: string };

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: clone }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

test("where nothing was built, the command line still answers with one JSON object", async () => {
  const { code, stdout, stderr } = await run("scripts/admin.mjs", "job", "--id", "x");
  expect(code).toBe(1);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    error: "Belfry has not been built here: run npm run up once, or npm run build.",
  });
});

test("an old Node is told which one is needed, before anything else", async () => {
  const old = 'Object.defineProperty(process.versions, "node", { value: "18.20.8" });';
  const up = `import("${join(clone, "scripts", "up.mjs")}")`;
  const { code, stdout, stderr } = await run("-e", `${old} ${up}`);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe("Belfry needs Node.js 20.19 or newer (24 LTS is a good choice); this is 18.20.8.\n");
});
