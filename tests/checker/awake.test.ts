import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { abortAfterAwake } from "../../lib/checker/awake.ts";

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("a limit that passed while nothing could be heard has not passed, and passes soon when something could", async () => {
  const { signal } = abortAfterAwake(400);
  for (let turn = 0; turn < 4; turn++) {
    block(200);
    await nextTurn();
  }
  expect(signal.aborted).toBe(false);
  await once(signal, "abort", { signal: AbortSignal.timeout(20_000) });
});

test("a limit that was called off never passes", async () => {
  const { signal, stop } = abortAfterAwake(40);
  stop();
  const later = abortAfterAwake(80);
  await once(later.signal, "abort");
  expect(signal.aborted).toBe(false);
});
