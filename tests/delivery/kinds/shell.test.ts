import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attemptSend, type Attempt } from "../../../lib/delivery/attempt.ts";
import { channelOf } from "../../../lib/delivery/channel.ts";
import { shellKind } from "../../../lib/delivery/kinds/shell.ts";
import { eventually } from "../../support/eventually.ts";
import { TRIAL_CONTEXT } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "belfry-shell-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function script(text: string, name = "program"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

type Sent = { lines?: string; message?: ReturnType<typeof failedMessage>; limitMs?: number; signal?: AbortSignal };

function run(program: string, { lines = "", message = failedMessage(), limitMs, signal }: Sent = {}): Promise<Attempt> {
  const channel = channelOf(shellKind(true, limitMs));
  const context = { ...TRIAL_CONTEXT, signal: signal ?? TRIAL_CONTEXT.signal };
  return attemptSend(channel, { program, arguments: lines }, message, context);
}

/** What a program was started with: its environment, sorted, and its standard input. */
async function seen(message: ReturnType<typeof failedMessage>) {
  const program = await script(`env > "${folder}/env"; cat > "${folder}/stdin"`);
  expect(await run(program, { message })).toMatchObject({ accepted: true, answer: "Exit status 0" });
  const env = await readFile(join(folder, "env"), "utf8");
  const stdin = JSON.parse(await readFile(join(folder, "stdin"), "utf8")) as { event: string; job: unknown };
  return {
    env: env
      .split("\n")
      .filter((line) => /^[A-Z_]+=/.test(line))
      .toSorted(),
    stdin,
  };
}

test("a program finds the alert in its environment, which holds nothing else, and on its standard input", async () => {
  const { env, stdin } = await seen(failedMessage());
  expect(env.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line))).toMatchInlineSnapshot(`
    [
      "BELFRY_ALERT_ID=0198c0de-0000-7000-8000-000000000001",
      "BELFRY_AT=2025-03-04T00:04:00.000Z",
      "BELFRY_ATTEMPT=1",
      "BELFRY_CAUSE=failed",
      "BELFRY_DELIVERY_ID=0198c0de-0000-4000-8000-000000000002",
      "BELFRY_EVENT=opened",
      "BELFRY_EXIT_CODE=3",
      "BELFRY_HOST=db-03",
      "BELFRY_INCIDENT_ID=i1",
      "BELFRY_JOB=db-backup",
      "BELFRY_PROJECT=Acme",
      "BELFRY_SEVERITY=critical",
      "BELFRY_SLUG=db-backup",
      "BELFRY_TEXT=✗ FAILED (exit 3) · db-backup @ db-03",
      "BELFRY_TONE=bad",
      "BELFRY_URL=https://belfry.example.org/incidents/i1",
      "BELFRY_VERDICT=✗ FAILED (exit 3) · db-backup @ db-03",
      "LANG=C.UTF-8",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
  `);
  expect(stdin).toMatchObject({ version: 1, event: "opened", verdict: "✗ FAILED (exit 3) · db-backup @ db-03" });
});

test("of a recovery and a notice it hears in the same variables", async () => {
  const recovered = await seen(recoveredMessage());
  expect(recovered.env).toEqual(expect.arrayContaining(["BELFRY_EVENT=resolved", "BELFRY_TONE=good"]));
  const notice = await seen(undeliveredNotice());
  expect(notice.env).toEqual(expect.arrayContaining(["BELFRY_EVENT=notice", "BELFRY_JOB=", "BELFRY_HOST="]));
  expect(notice.stdin).toMatchObject({ event: "notice", job: null });
});

test("no shell reads arguments or what clients wrote", async () => {
  const program = await script(`printf '%s\\n' "$@"; printf '%s' "$BELFRY_JOB" > "${folder}/job"`);
  const lines = "$(touch pwned)\r\n; touch pwned\n*\n$BELFRY_JOB";
  expect(await run(program, { lines, message: nastyMessage() })).toMatchObject({
    accepted: true,
    answer: "$(touch pwned) ; touch pwned * $BELFRY_JOB",
  });
  expect(await readFile(join(folder, "job"), "utf8")).toBe(nastyMessage().job?.name);
});

test("what it says is its answer, cut short and with secrets masked", async () => {
  const program = await script('echo "token=abcdef"; yes x | head -c 5000000');
  const attempt = await run(program);
  expect(attempt).toMatchObject({ accepted: true, answer: expect.stringMatching(/^token=\[masked\] x x/) });
  expect(attempt.answer.length).toBeLessThanOrEqual(500);
});

test("a program that reads nothing takes the alert all the same", async () => {
  expect(await run("/bin/true")).toMatchObject({ accepted: true });
});

test("another exit status means that it is tried again", async () => {
  const program = await script("echo the bell is stuck >&2; exit 3");
  expect(await run(program)).toMatchObject({
    ...{ accepted: false, permanent: false, status: null, bug: null, answer: "Exit status 3. the bell is stuck" },
  });
});

test("a program that dies of a signal is tried again", async () => {
  expect(await run(await script("kill -TERM $$"))).toMatchObject({
    ...{ accepted: false, permanent: false, answer: "The program was ended by SIGTERM." },
  });
});

/** Whether a process of that id is still there, in whatever state that still counts. */
async function isAlive(file: string): Promise<boolean> {
  const stat = await readFile(`/proc/${(await readFile(file, "utf8")).trim()}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

test("one that does not end is killed with all that it started", async () => {
  const program = await script(`sleep 600 & echo $! > "${folder}/child"; echo waiting; wait`);
  expect(await run(program, { limitMs: 500 })).toMatchObject({
    ...{ accepted: false, permanent: false, answer: "The program had not ended after 0.5 s and was killed. waiting" },
  });
  await eventually(async () => expect(await isAlive(join(folder, "child"))).toBe(false), 10_000);
});

test("one that ends and leaves a child with its pipes behind has ended", async () => {
  const program = await script("sleep 3 & exit 0");
  expect(await run(program, { limitMs: 2_500 })).toMatchObject({ accepted: true });
});

test("a stop of Belfry ends it", async () => {
  const stop = new AbortController();
  const program = await script(`echo started > "${folder}/started"; sleep 600`);
  const running = run(program, { signal: stop.signal });
  await eventually(async () => expect(await readFile(join(folder, "started"), "utf8")).toBe("started\n"), 10_000);
  stop.abort();
  expect(await running).toMatchObject({
    accepted: false,
    permanent: false,
    answer: "Belfry stopped before the program ended.",
  });
  expect(await run(program, { signal: stop.signal })).toMatchObject({ accepted: false, permanent: false });
});

test("a program that is not there or may not run is refused for good", async () => {
  expect(await run(join(folder, "none"))).toMatchObject({
    permanent: true,
    answer: "There is no such program on Belfry's machine.",
  });
  const program = await script("exit 0");
  await chmod(program, 0o644);
  expect(await run(program)).toMatchObject({ permanent: true, answer: expect.stringContaining("not executable") });
});

test("where the operator did not allow it there is no such channel", async () => {
  const channel = channelOf(shellKind(false));
  expect(() => channel.check({ program: "/bin/true" })).toThrow("SHELL_CHANNELS=allow");
  expect(await attemptSend(channel, { program: "/bin/true" }, failedMessage(), TRIAL_CONTEXT)).toMatchObject({
    ...{ accepted: false, permanent: true, answer: expect.stringContaining("SHELL_CHANNELS=allow") },
  });
});

test.each([
  [{ program: "ring" }, "program"],
  [{ program: "/bin/ring\nx" }, "program"],
  [{ program: "/bin/ring", arguments: "x\n".repeat(51) }, "arguments"],
  [{ program: "/bin/ring", arguments: "a\u0000b" }, "arguments"],
])("%j is refused", (settings, field) => {
  expect(() => channelOf(shellKind(true)).check(settings)).toThrow(expect.objectContaining({ code: "invalid", field }));
});
