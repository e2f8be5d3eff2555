import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "../../lib/server/turns.ts";

test("each has its turn once, in the order in which they came, so many in one turn of the event loop", async () => {
  const given: string[] = [];
  const turns = createTurns<string>(2, (one) => void given.push(one));
  for (const one of ["a", "b", "a", "d", "e"]) turns.add(one);
  expect(given).toEqual([]);
  await nextTurn();
  expect(given).toEqual(["a", "b"]);
  // Whoever comes again waits behind those who wait already.
  turns.add("a");
  await nextTurn();
  expect(given).toEqual(["a", "b", "d", "e"]);
  await nextTurn();
  expect(given).toEqual(["a", "b", "d", "e", "a"]);
  await nextTurn();
  turns.add("f");
  await nextTurn();
  expect(given).toEqual(["a", "b", "d", "e", "a", "f"]);
});

test("one that asks for another turn in its own does not get it at once", async () => {
  let given = 0;
  const turns = createTurns<string>(10, (one) => {
    given += 1;
    if (given < 3) turns.add(one);
  });
  turns.add("a");
  await nextTurn();
  expect(given).toBe(1);
  await nextTurn();
  expect(given).toBe(2);
  await nextTurn();
  await nextTurn();
  expect(given).toBe(3);
});
