import { beforeAll, describe, expect, test } from "vitest";
import { checkSecretKey, createSecretBox, hashKey } from "../../lib/store/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const KEY = "a secret key of at least thirty-two characters";

describe("a secret box", () => {
  const box = createSecretBox(KEY);

  test("opens what it sealed, also in another process", () => {
    for (const plain of ["", "https://hooks.example.org/T0/B0/x", "päss – 🔔", "x".repeat(10_000)]) {
      expect(createSecretBox(KEY).open(box.seal(plain))).toBe(plain);
    }
  });

  test("never gives the same text twice and shows nothing of the secret", () => {
    const sealed = [box.seal("secret"), box.seal("secret")];
    expect(sealed[0]).not.toBe(sealed[1]);
    expect(sealed[0]).toMatch(/^v1\.[\w-]+$/);
  });

  test("refuses another key, a changed text and what is none", () => {
    const sealed = box.seal("secret");
    const changed = sealed.slice(0, 10) + (sealed[10] === "A" ? "B" : "A") + sealed.slice(11);
    expect(() => createSecretBox(`${KEY}!`).open(sealed)).toThrow("another SECRET_KEY");
    for (const text of [changed, sealed.slice(0, -1), sealed.slice(0, 20), sealed.replace("v1.", "v2."), "", "plain"]) {
      expect(() => box.open(text), text).toThrow("cannot be read");
    }
  });
});

describe("checkSecretKey", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  test("lets the first key in, then only the same; with several processes at once too", async () => {
    const boxes = [1, 2, 3].map(() => createSecretBox(KEY));
    await Promise.all(boxes.map((box) => checkSecretKey(database.pool, box)));
    await expect(checkSecretKey(database.pool, createSecretBox(`${KEY}!`))).rejects.toMatchObject({
      code: "invalid",
      field: "SECRET_KEY",
    });
    await checkSecretKey(database.pool, createSecretBox(KEY));
  });
});

test("hashKey is SHA-256", () => {
  expect(hashKey("abc").toString("hex")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
