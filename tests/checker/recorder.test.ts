import { expect, test } from "vitest";
import { createRecorder } from "../../lib/checker/recorder.ts";

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A recorder whose writes end when they are told to. */
function setUp() {
  const writes: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  let written = 0;
  const write = (items: readonly number[]): Promise<void> =>
    new Promise((resolve, reject) => {
      writes.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  const recorder = createRecorder<number>(write, () => (written += 1), setImmediate);
  return { recorder, writes, written: () => written };
}

test("what comes in the same moment is written together, what comes meanwhile afterwards", async () => {
  const { recorder, writes, written } = setUp();
  recorder.add(1);
  recorder.add(2);
  await tick();
  recorder.add(3);
  await tick();
  expect(writes.map(({ items }) => items)).toEqual([[1, 2]]);
  writes[0]?.end();
  await tick();
  await tick();
  expect(writes.map(({ items }) => items)).toEqual([[1, 2], [3]]);
  expect(written()).toBe(1);
  writes[1]?.end();
  await tick();
  expect(written()).toBe(2);
});

test("a write that fails loses nothing: the next flush writes it, in order", async () => {
  const { recorder, writes, written } = setUp();
  recorder.add(1);
  await tick();
  recorder.add(2);
  writes[0]?.end(new Error("the database is away"));
  await tick();
  expect(written()).toBe(1);
  const flushed = recorder.flush();
  await tick();
  expect(writes[1]?.items).toEqual([1, 2]);
  writes[1]?.end();
  await flushed;
  await recorder.flush();
  expect(writes).toHaveLength(2);
});

test("a flush waits for the write under way, and rejects where its own fails", async () => {
  const { recorder, writes } = setUp();
  recorder.add(1);
  await tick();
  recorder.add(2);
  const flushed = recorder.flush();
  writes[0]?.end();
  await tick();
  expect(writes[1]?.items).toEqual([2]);
  writes[1]?.end(new Error("the database is away"));
  await expect(flushed).rejects.toThrow("away");
});
