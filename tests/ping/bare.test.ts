import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBare, parseBetterStack, parseCronhub, parseOpsgenie, parseUptimeKuma } from "../../lib/ping/bare.ts";
import { PROTOCOLS } from "../../lib/ping/protocols.ts";
import { oneLine, pingOr, refusalOr } from "../support/ping-events.ts";

const ID = "7b0c9f0e-1111-4222-8333-00000000abcd";
const KEY = "bfp_0123456789abcdefghijABCD";
const BY_ID = { kind: "job", jobId: ID };
const BY_SLUG = { kind: "slug", key: KEY, slug: "nightly", environment: null };

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `/${file.replaceAll("\\", "/")}`);

const protocolOf = (path: string) => PROTOCOLS.find(({ matches }) => matches(path))?.name ?? "pages";

describe("bare addresses", () => {
  it.each([
    ["", "success", null],
    ["/", "success", null],
    ["/start", "start", null],
    ["/fail", "fail", null],
    ["/log", "log", null],
    ["/skip", "skip", null],
    ["/0", "success", 0],
    ["/17", "fail", 17],
    ["/run", "start", null],
    ["/complete", "success", null],
    ["?state=run", "start", null],
    ["?s=3", "fail", 3],
    ["?s=0", "success", 0],
    ["?s=soon", "success", null],
    ["/start?s=3", "start", null],
  ])("the ending %j means %s with exit status %s, by id and by key and slug", (ending, action, exitCode) => {
    const said = { protocol: "other", action, exitCode };
    expect(pingOr(parseBare(`/${ID}${ending}`))).toMatchObject({ ...said, address: BY_ID });
    expect(pingOr(parseBare(`/${KEY}/nightly${ending}`))).toMatchObject({ ...said, address: BY_SLUG });
  });

  it("the native parameters count, and a snitch's message", () => {
    expect(pingOr(parseBare(`/${ID}?m=all%20well`)).message).toBe("all well");
    expect(pingOr(parseBare(`/${ID}?m=no&msg=yes&host=db`))).toMatchObject({ message: "yes", host: "db" });
    expect(pingOr(parseBare(`/${KEY}/nightly?create=1&env=test`))).toMatchObject({
      address: { environment: "test" },
      creation: { code: null },
    });
    expect(refusalOr(parseBare(`/${ID}?rid=42`))).toBe("400 invalid uuid format");
  });

  it.each([`/${ID}/256`, `/${ID}/start/1`, `/${KEY}`, `/${KEY}/Bad%20Slug`, `/${KEY}/a/b`, `/${ID}/%zz`])(
    "%s is refused",
    (url) => expect(refusalOr(parseBare(url))).toBe("400 invalid url format"),
  );
});

describe("Cronhub's addresses", () => {
  it.each([
    ["/start/", "start"],
    ["/finish/", "success"],
    ["/fail/", "fail"],
  ])("%s means %s", (prefix, action) => {
    expect(pingOr(parseCronhub(`${prefix}${ID}`))).toMatchObject({ protocol: "other", action, address: BY_ID });
    expect(pingOr(parseCronhub(`${prefix}${KEY}/nightly/?host=db`))).toMatchObject({ action, address: BY_SLUG });
    expect(refusalOr(parseCronhub(`${prefix}${ID}/start`))).toBe("400 invalid url format");
    expect(refusalOr(parseCronhub(`${prefix}nobody`))).toBe("400 invalid url format");
  });
});

describe("Uptime Kuma's push", () => {
  it.each([
    ["", "success", null, null],
    ["?status=up&msg=OK&ping=", "success", "OK", null],
    ["?status=up&msg=OK&ping=12.5", "success", "OK", [["ping", 12.5]]],
    ["?status=down&msg=disk%20full", "fail", "disk full", null],
    ["?status=unheard", "fail", null, null],
    ["?status=", "success", null, null],
  ])("%j means %s", (query, action, message, metrics) => {
    const said = { protocol: "other", action, message, metrics };
    expect(pingOr(parseUptimeKuma(`/api/push/${ID}${query}`))).toMatchObject({ ...said, address: BY_ID });
    expect(pingOr(parseUptimeKuma(`/api/push/${KEY}/nightly${query}`))).toMatchObject({ ...said, address: BY_SLUG });
  });

  it("needs to know the job", () => {
    expect(refusalOr(parseUptimeKuma("/api/push/Ab3dEf"))).toBe("400 invalid url format");
    expect(refusalOr(parseUptimeKuma(`/api/push/${ID}/up`))).toBe("400 invalid url format");
  });
});

it.each([
  ["", "success", null],
  ["/fail", "fail", null],
  ["/0", "success", 0],
  ["/3", "fail", 3],
])("Better Stack's heartbeat with %j means %s", (ending, action, exitCode) => {
  const parsed = parseBetterStack(`/api/v1/heartbeat/${ID}${ending}`);
  expect(pingOr(parsed)).toMatchObject({ protocol: "other", action, exitCode, address: BY_ID });
});

describe("Opsgenie's heartbeat", () => {
  it("has its key in a header or in the address, and the job by any name", () => {
    const headers = { authorization: `GenieKey ${KEY}` };
    expect(pingOr(parseOpsgenie("/v2/heartbeats/nightly/ping", headers)).address).toEqual(BY_SLUG);
    expect(pingOr(parseOpsgenie("/v2/heartbeats/Nightly/ping/", headers)).address).toEqual(BY_SLUG);
    expect(pingOr(parseOpsgenie(`/v2/heartbeats/nightly/ping?apiKey=${KEY}`, {})).address).toEqual(BY_SLUG);
  });

  it("is refused without one, and at other addresses", () => {
    expect(refusalOr(parseOpsgenie("/v2/heartbeats/nightly/ping", {}))).toBe("404 not found");
    expect(refusalOr(parseOpsgenie("/v2/heartbeats/nightly/ping", { authorization: "Bearer x" }))).toBe(
      "404 not found",
    );
    for (const url of [
      "/v2/heartbeats/",
      "/v2/heartbeats/nightly",
      "/v2/heartbeats/%20/ping",
      "/v2/heartbeats/a/ping/b",
    ]) {
      expect(refusalOr(parseOpsgenie(url, { authorization: `GenieKey ${KEY}` }))).toBe("400 invalid url format");
    }
  });
});

describe("the table of protocols", () => {
  it.each([
    [`/ping/${ID}`, "native"],
    ["/p/key/monitor", "cronitor"],
    [`/${ID}`, "bare"],
    [`/${ID.toUpperCase()}/start`, "bare"],
    [`/${KEY}/nightly`, "bare"],
    [`/start/${ID}`, "cronhub"],
    [`/finish/${ID}`, "cronhub"],
    [`/fail/${ID}`, "cronhub"],
    [`/api/push/${ID}`, "uptime-kuma"],
    [`/api/v1/heartbeat/${ID}`, "better-stack"],
    ["/v2/heartbeats/nightly/ping", "opsgenie"],
    ["/", "pages"],
    ["/p", "pages"],
    ["/ping", "pages"],
    ["/start", "pages"],
    [`/jobs/${ID}`, "pages"],
    [`/${ID}x`, "pages"],
    ["/bfr_0123456789abcdefghijABCD/nightly", "pages"],
  ])("gives %s to %s", (path, name) => expect(protocolOf(path)).toBe(name));

  it("shadows no page, no route and no file of the app", () => {
    const own = filesIn("app")
      .filter((file) => /\/(page\.tsx|route\.ts)$/.test(file))
      .map((file) =>
        file
          .replaceAll(/\/\([^)]*\)/g, "")
          .replace(/\/(page\.tsx|route\.ts)$/, "")
          .replaceAll(/\[(\.\.\.)?\w+\]/g, ID),
      );
    const files = filesIn("public");
    const paths = [
      ...own,
      ...files,
      "/_next/static/chunks/main.js",
      "/favicon.ico",
      "/robots.txt",
      "/healthz",
      "/metrics",
    ];
    expect(own.length).toBeGreaterThan(12);
    expect(paths.filter((path) => protocolOf(path === "" ? "/" : path) !== "pages")).toEqual([]);
  });
});

it("whatever comes is a ping or a refusal with one line, never an exception", () => {
  const words = [
    "/",
    ID,
    KEY,
    "nightly",
    "start",
    "fail",
    "ping",
    "?",
    "&",
    "status=",
    "m=",
    "s=",
    "metric=a:1",
    "%",
    "%00",
  ];
  const url = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: "binary" })))
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(url, fc.string(), (rest, authorization) => {
      oneLine(parseBare(`/${rest}`));
      for (const prefix of ["/start/", "/finish/", "/fail/"]) oneLine(parseCronhub(prefix + rest));
      oneLine(parseUptimeKuma(`/api/push/${rest}`));
      oneLine(parseBetterStack(`/api/v1/heartbeat/${rest}`));
      oneLine(parseOpsgenie(`/v2/heartbeats/${rest}`, { authorization }));
    }),
  );
});
