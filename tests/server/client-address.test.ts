import { expect, test } from "vitest";
import { createClientReader } from "../../lib/server/client-address.ts";

const proxies = createClientReader(["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]);

test.each([
  ["no proxy in between", "203.0.113.5", undefined, "203.0.113.5"],
  ["a client that lies", "203.0.113.5", "198.51.100.1", "203.0.113.5"],
  ["one proxy", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["two proxies", "10.0.0.1", "198.51.100.1, 192.0.2.7", "198.51.100.1"],
  ["a client that lies to a proxy", "10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"],
  ["only proxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["an IPv6 proxy", "fd00::1", "2001:db8::1", "2001:db8::1"],
  ["IPv4 in IPv6", "::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
  ["garbage", "10.0.0.1", "unknown", "10.0.0.1"],
  ["garbage before a proxy", "10.0.0.1", "<script>, 192.0.2.7", "192.0.2.7"],
  ["empty", "10.0.0.1", ",, ,", "10.0.0.1"],
  ["a connection that is gone", undefined, "198.51.100.1", ""],
])("%s", (_name, remote, forwarded, expected) => {
  expect(proxies(remote, { "x-forwarded-for": forwarded }).address).toBe(expected);
});

test.each([
  ["10.0.0.1", "https", "https"],
  ["10.0.0.1", "http, HTTPS", "https"],
  ["10.0.0.1", "gopher", null],
  ["203.0.113.5", "https", null],
])("protocol from %s: %s", (remote, forwarded, expected) => {
  expect(proxies(remote, { "x-forwarded-proto": forwarded }).protocol).toBe(expected);
});

test("without trusted proxies nothing is believed", () => {
  const reader = createClientReader([]);
  expect(reader("127.0.0.1", { "x-forwarded-for": "198.51.100.1" })).toEqual({
    ...{ address: "127.0.0.1", proxy: false, protocol: null },
  });
});

test.each([
  ["203.0.113.5", undefined, false],
  ["10.0.0.1", "198.51.100.1", false],
  ["10.0.0.1", undefined, true],
  ["10.0.0.1", "10.0.0.3", true],
])("whether it is only a proxy that is known: %s with %s", (remote, forwarded, expected) => {
  expect(proxies(remote, { "x-forwarded-for": forwarded }).proxy).toBe(expected);
});
