import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import type { FireAnswer } from "../../lib/domain/schedule/fire-query.ts";

function start(...args: string[]) {
  return spawn("npm", ["run", "-s", "schedule", ...args], { stdio: ["pipe", "pipe", "inherit"] });
}

/** Gives the command these lines and returns its answers. */
async function run<Answer>(text: string, ...args: string[]): Promise<{ code: unknown; answers: Answer[] }> {
  const child = start(...args);
  const ended = once(child, "exit");
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(text);
  const [code] = await ended;
  const lines = said.split("\n");
  expect(lines.pop()).toBe("");
  return { code, answers: lines.map((line): Answer => JSON.parse(line)) };
}

const FROM = "2026-03-28T12:00:00Z";

function question(dialect: string | undefined, expr: string, tz = "Europe/Berlin"): string {
  return JSON.stringify({ dialect, expr, tz, from: FROM, count: 2 });
}

test("each line is answered by one line, a wrong one by its error, the last without a newline as well", async () => {
  const lines = [
    question("vixie", "30 2 * * *"),
    question("systemd", "*-*-* 02:30"),
    question("robfig", "30 2 * * *"),
    question(undefined, "30 2 * * *"),
    "",
    "{",
    question("vixie", "*/0 * * * *"),
    question("vixie", "@daily", "Nowhere/At-all"),
    question("vixie", "@daily", "UTC"),
  ];
  const { code, answers } = await run<FireAnswer>(lines.join("\n"));
  expect(code).toBe(0);
  expect(answers).toEqual([
    { fires: ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"] },
    { fires: ["2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"] },
    { fires: ["2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"] },
    { fires: ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"] },
    { error: expect.stringContaining("is not a JSON object") },
    { error: expect.stringContaining("is not a JSON object") },
    { error: expect.stringContaining("needs a whole number from 1 after the slash") },
    { error: expect.stringContaining("There is no time zone") },
    { fires: ["2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"] },
  ]);
});

test("answers come as soon as their questions", async () => {
  const child = start();
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (const hour of ["03", "04"]) {
    child.stdin.write(`${question("vixie", `0 ${hour} * * *`, "UTC")}\n`);
    const { value } = await answers.next();
    expect(value).toBe(`{"fires":["2026-03-29T${hour}:00:00Z","2026-03-30T${hour}:00:00Z"]}`);
  }
  const ended = once(child, "exit");
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
});

test("five thousand questions take seconds", async () => {
  const zones = ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "UTC"];
  const lines = Array.from({ length: 5_000 }, (_, i) => {
    const expr = i % 2 === 0 ? `${i % 60} ${i % 24} ${1 + (i % 28)} * *` : `*/${1 + (i % 59)} 1-3 * * ${i % 7}`;
    return question(i % 3 === 0 ? "quartz" : "cronie", i % 3 === 0 ? `0 ${i % 60} 1-3 ? * 1L` : expr, zones[i % 5]);
  });
  const began = performance.now();
  const { answers } = await run<FireAnswer>(lines.join("\n"));
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(answers).toHaveLength(5_000);
  expect(answers.filter((answer) => !("fires" in answer) || answer.fires.length < 2)).toEqual([]);
});

test("whoever has read enough may go, and nothing is said about it", async () => {
  const child = start();
  const ended = once(child, "exit");
  child.stdin.on("error", () => {});
  child.stdin.write(`${question("vixie", "@daily")}\n`.repeat(20_000));
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await ended).toEqual([0, null]);
});

test("with --crontab, lines are crontabs", async () => {
  const text = "MAILTO=\n0 5 * * * a\n0 6 * * * -n b%c\n";
  const lines = [{ kind: "user", text }, { kind: "system", text: "@daily root x\r\n" }, { kind: "user" }];
  const { code, answers } = await run(lines.map((line) => JSON.stringify(line)).join("\n"), "--", "--crontab");
  expect(code).toBe(0);
  expect(answers).toEqual([
    { debian: { accepted: false, commands: [] }, cronie: { commands: ["a", "b%c"] } },
    { debian: { accepted: true, commands: ["x"] }, cronie: { commands: ["x"] } },
    { error: '"text" is missing; give it as a string.' },
  ]);
});
