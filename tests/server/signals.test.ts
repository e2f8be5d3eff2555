import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";

type Doomed = { child: ChildProcess; said(): string; ended: Promise<number | null> };

function start(fate: string): Doomed {
  const child = spawn(process.execPath, ["--import", "tsx", "tests/server/stub/doomed.ts", fate], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let printed = "";
  child.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  return { child, said: () => printed, ended: once(child, "exit").then(([code]) => code as number | null) };
}

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s stops in order and exits with 0", async (signal) => {
  const { child, said, ended } = start("signal");
  await expect.poll(said).toContain("ready");
  child.kill(signal);
  expect(await ended).toBe(0);
  expect(said()).toContain("stopped in order");
});

test("the end of the parent stops it too", async () => {
  const { child, said, ended } = start("orphan");
  await expect.poll(said).toContain("ready");
  child.disconnect();
  expect(await ended).toBe(0);
});

test("a signal that comes twice at once is one; a later second one ends it", async () => {
  const { child, said, ended } = start("stuck");
  await expect.poll(said).toContain("ready");
  child.kill("SIGINT");
  await expect.poll(said).toContain("stopping");
  child.kill("SIGINT");
  await sleep(1_200);
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  expect(await ended).toBe(1);
  expect(said()).toContain("a second signal");
});

test.each(["exception", "rejection"])(
  "an %s that nobody caught is logged, stops it in order and exits with 1",
  async (fate) => {
    const { said, ended } = start(fate);
    expect(await ended).toBe(1);
    expect(said()).toContain("nobody caught this error");
    expect(said()).toContain("stopped in order");
  },
);

test("a rejection about a lost connection is logged and nothing else", async () => {
  const { child, said, ended } = start("lost-connection");
  await expect.poll(said).toContain("still here");
  expect(said()).toContain("a connection was lost and nobody waited for it");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
