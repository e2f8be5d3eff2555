import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { mayBeSnooze, readSnooze } from "../../../lib/ping/snooze/request.ts";

const ID = "5f0c6a5e-8f0e-4a3b-9d51-1a2b3c4d5e6f";

describe("a request for hush", () => {
  it.each([
    [`/ping/${ID}/snooze?for=20m`, { address: { kind: "job", jobId: ID }, scope: null, forMs: 20 * MINUTE }],
    ["/ping/key/db-backup/snooze/?for=1h30m", { scope: null, forMs: 1.5 * HOUR }],
    ["/ping/key/db-backup/snooze?for=20m&env=staging", { address: { slug: "db-backup", environment: "staging" } }],
    ["/ping/key/snooze?for=20m&tag=web", { address: { key: "key" }, scope: { tags: ["web"], hosts: [] } }],
    ["/ping/key/snooze?for=20m&tag=b,a&tag=c&host=h1", { scope: { tags: ["a", "b", "c"], hosts: ["h1"] } }],
    ["/ping/key/snooze?for=20m&all=1", { scope: { tags: [], hosts: [] } }],
    ["/ping/key/snooze?for=20m&all=1&msg=Release%2042", { name: "Release 42" }],
    [`/ping/${ID}/unsnooze`, { forMs: null, scope: null }],
    ["/ping/key/db-backup/unsnooze", { forMs: null }],
    ["/ping/key/unsnooze?host=h1", { forMs: null, scope: { tags: [], hosts: ["h1"] } }],
  ])("%s is read", (url, expected) => {
    expect(mayBeSnooze(url.split("?")[0] ?? "")).toBe(true);
    expect(readSnooze(url)).toMatchObject({ kind: "snooze", ...expected });
  });

  it.each([
    [`/ping/${ID}/snooze`, "for how long"],
    [`/ping/${ID}/snooze?for=20`, "for how long"],
    [`/ping/${ID}/snooze?for=0s`, "for how long"],
    [`/ping/${ID}/snooze?for=8d`, "for how long"],
    ["/ping/key/snooze?tag=web", "for how long"],
    ["/ping/key/snooze?for=20m", "say of what"],
    ["/ping/key/snooze?for=20m&all=yes", "say of what"],
    ["/ping/key/snooze?for=20m&all=1&tag=web", "not both"],
    [`/ping/key/snooze?for=20m&tag=${Array.from({ length: 21 }, (_, index) => index).join(",")}`, "at most 20 tags"],
  ])("%s says what is missing", (url, line) => {
    expect(readSnooze(url)).toEqual({ kind: "mistake", line: expect.stringContaining(line) });
  });

  it.each([
    "/ping/key/snooze",
    "/ping/key/snooze?host=h1&msg=done",
    "/ping/key/unsnooze",
    "/ping/snooze",
    "/ping/key/db-backup/start/snooze?for=20m",
    "/ping/key/not%20a%20slug/snooze?for=20m",
    "/ping/%zz/snooze?for=20m",
  ])("%s is left to pings", (url) => expect(readSnooze(url)).toBeNull());
});

it.each(["/ping/key/snoozes", "/ping/key/job", "/snooze", "/pages/snooze"])("%s is not even looked at", (path) => {
  expect(mayBeSnooze(path)).toBe(false);
});
