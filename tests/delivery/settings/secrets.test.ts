import { expect, test } from "vitest";
import type { ChannelField } from "../../../lib/delivery/channel.ts";
import { createMask } from "../../../lib/delivery/settings/secrets.ts";

const FIELDS: readonly ChannelField[] = [
  { name: "url", label: "URL", placeholder: "", confidential: true },
  { name: "headers", label: "Headers", placeholder: "", input: "long", confidential: true },
  { name: "key", label: "Key", placeholder: "", input: "secret" },
  { name: "room", label: "Room", placeholder: "" },
];

const SETTINGS = {
  url: "https://chat.example.org/hooks/correct-horse?zone=battery-staple",
  headers: "X-Auth: 0123456789abcdef\nX-Team: ops",
  key: "k3y-of-the-house",
  room: "!quiet-room:example.org",
};

const mask = createMask(FIELDS, SETTINGS);

test.each([
  ["Cannot POST /hooks/correct-horse", "Cannot POST [masked]"],
  ["Not found: /hooks/correct-horse?zone=battery-staple", "Not found: [masked]"],
  ["zone battery-staple is unknown", "zone [masked] is unknown"],
  ["bad key k3y-of-the-house, k3y-of-the-house", "bad key [masked], [masked]"],
  ["x-auth 0123456789abcdef is too short", "x-auth [masked] is too short"],
  ["cut in the middle of k3y-of-the…", "cut in the middle of [masked]…"],
  ["!quiet-room:example.org has no ops", "!quiet-room:example.org has no ops"],
  ["X-Auth: is missing", "X-Auth: is missing"],
])("%s", (answer, shown) => {
  expect(mask(answer)).toBe(shown);
});

test("short words and settings that are left out mask nothing", () => {
  expect(createMask(FIELDS, { key: "ok", url: "" })("ok, all is well")).toBe("ok, all is well");
});
