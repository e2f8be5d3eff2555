import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Belfry, type Ended, runCommand } from "../clients/belfry.ts";
import { missingCommand } from "../clients/missing.ts";
import { eventually } from "../support/eventually.ts";

const MINUTE = 60_000;

const missing = missingCommand("curl", "curl");
const work = mkdtempSync(join(tmpdir(), "belfry-curl-"));
let belfry: Belfry;

beforeAll(async () => {
  if (missing === null) belfry = await Belfry.start();
}, MINUTE);

beforeEach(({ skip }) => {
  if (missing !== null) skip(missing);
});

afterAll(async () => {
  await belfry?.stop();
  rmSync(work, { recursive: true, force: true });
});

describe("curl", () => {
  const curl = (...args: string[]): Promise<Ended> => runCommand("curl", ["-fsS", "-m", "30", ...args]);
  const outcomes = async (slug: string): Promise<string[]> => (await belfry.runs(slug)).map((run) => run.outcome);

  it("counts with GET, HEAD and POST, and not as a browser's preflight", async () => {
    const { pingUrl } = await belfry.createJob("methods", "--schedule", "every 1s");
    expect(await curl(pingUrl)).toMatchObject({ code: 0, stdout: "OK" });
    const { stdout: head } = await curl("--head", `${pingUrl}/start`);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/\r\nping-body-limit: 100000\r\n/i);
    expect(head).toMatch(/\r\ncache-control: [^\r]*no-store/i);
    expect(head).toMatch(/\r\n\r\n$/);
    expect(await curl("-X", "POST", `${pingUrl}/fail`)).toMatchObject({ code: 0, stdout: "OK" });
    await curl("-X", "OPTIONS", pingUrl);
    expect(await outcomes("methods")).toEqual(["ok", "failed"]);
  });

  it("posts a body of 3 MB, of which the start is kept", async () => {
    const { pingUrl } = await belfry.createJob("long-output");
    const file = join(work, "output");
    writeFileSync(file, Buffer.alloc(3_000_000, "all work and no play \xff\0", "latin1"));
    expect(await curl("--data-binary", `@${file}`, pingUrl)).toMatchObject({ code: 0, stdout: "OK" });
    expect(await outcomes("long-output")).toEqual(["ok"]);
  });

  it("reports an exit status", async () => {
    const { pingUrl } = await belfry.createJob("exit-status");
    await curl(`${pingUrl}/0`);
    await curl(`${pingUrl}/137`);
    expect((await belfry.runs("exit-status")).map(({ outcome, exitCode }) => ({ outcome, exitCode }))).toEqual([
      { outcome: "ok", exitCode: 0 },
      { outcome: "failed", exitCode: 137 },
    ]);
    expect(await curl(`${pingUrl}/256`)).toMatchObject({ code: 22, stderr: expect.stringContaining("400") });
  });

  it("pairs starts and ends of runs side by side by their run ids, in upper case or lower", async () => {
    const { pingUrl } = await belfry.createJob("side-by-side", "--overlap", "allow");
    const [first, second] = [randomUUID(), randomUUID()];
    await curl(`${pingUrl}/start?rid=${first}`);
    await curl(`${pingUrl}/start?rid=${second}`);
    await curl(`${pingUrl}/fail?rid=${first.toUpperCase()}`);
    await curl(`${pingUrl}?rid=${second}`);
    const runs = await belfry.runs("side-by-side");
    expect(runs.map((run) => run.outcome)).toEqual(["failed", "ok"]);
    expect(runs.every((run) => run.durationMs !== null)).toBe(true);
  });

  it("makes a job with its first ping, once", async () => {
    const url = `${belfry.url}/ping/${belfry.pingKey}/from-curl?create=1&schedule=0+2+*+*+*&tz=Europe/Riga`;
    const answers = await Promise.all(Array.from({ length: 4 }, () => curl("-w", " %{http_code}", url)));
    expect(answers.map(({ stdout }) => stdout).sort()).toEqual(["Created 201", "OK 200", "OK 200", "OK 200"]);
    expect(await belfry.job("from-curl")).toMatchObject({ schedule: "0 2 * * *", timeZone: "Europe/Riga" });
  });

  it("tries again with --retry until the database is back, and counts once", { timeout: 2 * MINUTE }, async () => {
    const { pingUrl } = await belfry.createJob("retried");
    const pidFile = join(belfry.program.dataDir, "postgres", "postmaster.pid");
    process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGKILL");
    expect(await curl("--retry", "8", `${pingUrl}?rid=${randomUUID()}`)).toMatchObject({ code: 0, stdout: "OK" });
    await eventually(async () => expect(await outcomes("retried")).toEqual(["ok"]), MINUTE);
  });

  it("does not try a wrong address again, and says what is wrong with it", async () => {
    const url = `${belfry.url}/ping/${belfry.pingKey}/nobody-made-this`;
    expect(await curl("--retry", "3", url)).toMatchObject({ code: 22, stderr: expect.stringContaining("404") });
    expect((await runCommand("curl", ["-sS", url])).stdout).toMatch(/^not found/);
  });
});
