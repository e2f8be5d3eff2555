import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import type { Pages } from "../../lib/server/pages.ts";
import { startStubPages } from "./stub/site.ts";

let pages: Pages | null = null;
afterEach(() => pages?.stop(1_000));

/** The process that answers now. */
async function pidOf(port: number | null): Promise<number> {
  const answer = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as { pid: number };
  return answer.pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a child listens on a loopback port of its own choosing, whatever PORT and HOSTNAME say", async () => {
  pages = startStubPages();
  expect(pages.state()).toBe("starting");
  const port = await pages.port();
  expect(port).not.toBe(3000);
  expect(pages.state()).toBe("up");
  expect(isAlive(await pidOf(port))).toBe(true);
});

test("a killed child is replaced", async () => {
  pages = startStubPages();
  const first = await pidOf(await pages.port());
  process.kill(first, "SIGKILL");
  await expect.poll(() => pages?.state()).toBe("starting");
  const second = await pidOf(await pages.port());
  expect(second).not.toBe(first);
});

test("a frozen child is killed and replaced", async () => {
  pages = startStubPages({ pages: { lifeSignEveryMs: 200 } });
  const first = await pidOf(await pages.port());
  process.kill(first, "SIGSTOP");
  await expect.poll(() => isAlive(first)).toBe(false);
  expect(await pidOf(await pages.port())).not.toBe(first);
});

test("a child that does not want to stop is killed", async () => {
  pages = startStubPages();
  const port = await pages.port();
  const pid = await pidOf(port);
  await fetch(`http://127.0.0.1:${port}/stubborn`);
  await pages.stop(100);
  expect(isAlive(pid)).toBe(false);
  expect(await pages.port()).toBeNull();
});

test("a child ends with its front, also when that is killed", async () => {
  const front: ChildProcess = spawn(process.execPath, ["--import", "tsx", "tests/server/stub/parent.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = front.stdout === null ? [] : ((await once(front.stdout, "data")) as [Buffer]);
  const pid = await pidOf(Number(/port (\d+)/.exec(String(said))?.[1]));
  front.kill("SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
});
