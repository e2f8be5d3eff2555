import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLAIN_CREATION } from "../../lib/ping/event.ts";
import { parseNative } from "../../lib/ping/native.ts";
import {
  readEnvironment,
  readInstant,
  readLine,
  readMetrics,
  readNumber,
  readSeconds,
  readStatus,
  readText,
} from "../../lib/ping/parameters.ts";
import { oneLine, pingOr, refusalOr } from "../support/ping-events.ts";

const ID = "7b0c9f0e-1111-4222-8333-00000000abcd";
const RID = "0f9a1c1e-1111-4222-8333-00000000beef";

const refusal = (url: string) => refusalOr(parseNative(url));
const ping = (url: string) => pingOr(parseNative(url));

describe("addresses", () => {
  it.each([
    ["", "success", null],
    ["/", "success", null],
    ["/start", "start", null],
    ["/fail/", "fail", null],
    ["/log", "log", null],
    ["/skip", "skip", null],
    ["/skip/", "skip", null],
    ["/0", "success", 0],
    ["/1", "fail", 1],
    ["/255", "fail", 255],
    ["/007", "fail", 7],
  ])("the ending %j means %s with exit status %s, by id and by slug", (ending, action, exitCode) => {
    expect(ping(`/ping/${ID}${ending}`)).toMatchObject({ action, exitCode, address: { kind: "job", jobId: ID } });
    const bySlug = { kind: "slug", key: "bfp_key", slug: "night-ly_1" };
    expect(ping(`/ping/bfp_key/night-ly_1${ending}`)).toMatchObject({ action, exitCode, address: bySlug });
  });

  it("ids may be in upper case, and slugs may look like endings", () => {
    expect(ping(`/ping/${ID.toUpperCase()}`).address).toEqual({ kind: "job", jobId: ID });
    expect(ping("/ping/bfp_key/start")).toMatchObject({ action: "success", address: { slug: "start" } });
    expect(ping("/ping/bfp_key/skip/skip")).toMatchObject({ action: "skip", address: { slug: "skip" } });
    expect(ping("/ping/bfp_key/12/fail")).toMatchObject({ action: "fail", address: { slug: "12" } });
    const address = { kind: "slug", key: "bfp_key", slug: "db", environment: null };
    expect(ping("/ping/bfp%5Fkey/db").address).toEqual(address);
  });

  it.each([
    "/ping/",
    "/ping//",
    "/ping/nonsense",
    `/ping/${ID}/256`,
    `/ping/${ID}/-1`,
    `/ping/${ID}/START`,
    `/ping/${ID}/start/1`,
    `/ping/${ID}/99999999999`,
    "/ping/key/Upper",
    "/ping/key/sp%20ace",
    "/ping/key/",
    `/ping/key/${"s".repeat(129)}`,
    "/ping/key/slug/later",
    "/ping/key/slug/start/1",
    "/ping/%zz/slug",
  ])("%s is refused", (url) => {
    expect(refusal(url)).toBe("400 invalid url format");
  });

  it.each([
    ["run", "start"],
    ["complete", "success"],
    ["ok", "success"],
    ["fail", "fail"],
    ["", "success"],
    ["California", "success"],
  ])("state=%s, as Cronitor's tools append it, means %s where the address has no ending", (state, action) => {
    expect(ping(`/ping/${ID}?state=${state}`)).toMatchObject({ action, exitCode: null });
    expect(ping(`/ping/bfp_key/db?state=${state}`)).toMatchObject({ action });
    expect(ping(`/ping/${ID}/log?state=${state}`).action).toBe("log");
    expect(ping(`/ping/${ID}/3?state=${state}`)).toMatchObject({ action: "fail", exitCode: 3 });
  });

  it("an environment belongs to the address", () => {
    const environment = (query: string) => {
      const { address } = ping(`/ping/bfp_key/db${query}`);
      return address.kind === "slug" ? address.environment : "none";
    };
    expect(environment("?env=staging")).toBe("staging");
    expect(environment("?environment=staging")).toBe("staging");
    expect(environment("?env=a&environment=b")).toBe("a");
    expect(environment("?env=&environment=")).toBeNull();
    expect(ping(`/ping/${ID}?env=staging`).address).toEqual({ kind: "job", jobId: ID });
  });

  it("a run id has to be a uuid; one that was left empty is none", () => {
    expect(ping(`/ping/${ID}?rid=${RID.toUpperCase()}`).runId).toBe(RID);
    expect(ping(`/ping/${ID}?rid=`).runId).toBeNull();
    expect(refusal(`/ping/${ID}?rid=42`)).toBe("400 invalid uuid format");
    expect(refusal(`/ping/${ID}?rid=${RID}0`)).toBe("400 invalid uuid format");
  });
});

describe("parameters", () => {
  it("are read where they make sense and left out where not", () => {
    expect(ping(`/ping/${ID}?duration=1.25&host=db-03&msg=line%201%0Aline%202&at=1790000000`)).toMatchObject({
      durationMs: 1_250,
      host: "db-03",
      message: "line 1\nline 2",
      at: 1_790_000_000_000,
    });
    expect(ping(`/ping/${ID}?duration=soon&host=%00&msg=&at=tomorrow&odd&=&%ff=%ff`)).toMatchObject({
      durationMs: null,
      host: null,
      message: null,
      at: null,
    });
  });

  it("a new job is only asked for with create=1", () => {
    expect(
      ping(
        "/ping/key/slug?create=1&schedule=5+4+*+*+*&dialect=spring&tz=Europe/Vienna&grace=5m&jitter=2m&upstreams=db,staging/db&tags=web,db",
      ).creation,
    ).toEqual({
      ...PLAIN_CREATION,
      schedule: "5 4 * * *",
      dialect: "spring",
      timeZone: "Europe/Vienna",
      grace: "5m",
      maxRuntime: null,
      jitter: "2m",
      upstreams: "db,staging/db",
      tags: "web,db",
    });
    expect(ping("/ping/key/slug?create=0&schedule=1").creation).toBeNull();
  });

  it("measures are kept by name, twenty of them, and what is no number is left out", () => {
    expect(ping(`/ping/${ID}?metric=rows:12&metric=ratio:0.5`).metrics).toEqual([
      ["rows", 12],
      ["ratio", 0.5],
    ]);
    expect(ping(`/ping/${ID}`).metrics).toBeNull();
    expect(ping(`/ping/${ID}?metric=rows&metric=:5&metric=rows:many&metric=`).metrics).toBeNull();
    const many = Array.from({ length: 30 }, (_, index) => `metric=m${index}:${index}`).join("&");
    expect(ping(`/ping/${ID}?${many}&metric=m3:33&metric=late:1`).metrics).toEqual(
      Array.from({ length: 20 }, (_, index) => [`m${index}`, index === 3 ? 33 : index]),
    );
  });

  it.each<[string, [string, number] | null]>([
    ["db:rows:12", ["db:rows", 12]],
    ["rows=-1.5e3", ["rows", -1500]],
    ["rows: 7", ["rows", 7]],
    ["a\u0000\nb:1", ["a b", 1]],
    [`${"n".repeat(64)}:1`, ["n".repeat(64), 1]],
    [`${"n".repeat(65)}:1`, null],
    ["rows:1e999", null],
    ["rows:0x10", null],
    ["rows:1,5", null],
    ["rows:NaN", null],
    ["12", null],
  ])("the measure %j is %j", (text, metric) => {
    expect(readMetrics(text)).toEqual(metric === null ? null : [metric]);
  });

  it("numbers are decimal, exit statuses fit a byte, environments are one word", () => {
    expect(["5", " 5", ".5", "5.", "-0.5", "1e3"].map(readNumber)).toEqual([5, 5, 0.5, 5, -0.5, 1000]);
    expect(["", "5 5", "0b1", "Infinity", "one", "."].map(readNumber)).toEqual(Array<null>(6).fill(null));
    expect(["0", "255", "256", "-1", "1.0", ""].map(readStatus)).toEqual([0, 255, null, null, null, null]);
    expect(readEnvironment("eu west/1\u0000")).toBe("eu-west-1");
    expect(readEnvironment("e".repeat(100))).toBe("e".repeat(64));
    expect(readEnvironment(" ")).toBeNull();
  });

  it.each([
    ["1790000000", "2026-09-21T14:13:20.000Z"],
    ["1790000000.25", "2026-09-21T14:13:20.250Z"],
    ["1790000000250", "2026-09-21T14:13:20.250Z"],
    ["2026-09-21T14:13:20Z", "2026-09-21T14:13:20.000Z"],
    ["2026-09-21 14:13", "2026-09-21T14:13:00.000Z"],
    ["2026-09-21T16:13:20.5+02:00", "2026-09-21T14:13:20.500Z"],
    ["2026-09-21T16:13:20 02:00", "2026-09-21T14:13:20.000Z"],
    ["2026-09-21T09:13:20-0500", "2026-09-21T14:13:20.000Z"],
    ["2026-09-21", "2026-09-21T00:00:00.000Z"],
  ])("the time %s is %s in every zone", (text, iso) => {
    expect(new Date(readInstant(text) ?? 0).toISOString()).toBe(iso);
  });

  it.each(["", "now", "-5", "1e99", "1999-01-01", "2026-13-41T00:00", "99999999999999999999", "2026-09-21T25:00:00Z"])(
    "the time %j is none",
    (text) => {
      expect(readInstant(text)).toBeNull();
    },
  );

  it("durations are seconds", () => {
    expect([readSeconds("2"), readSeconds("0.0014"), readSeconds("1e2")]).toEqual([2_000, 1, 100_000]);
    expect([readSeconds("-2"), readSeconds("NaN"), readSeconds("1e99"), readSeconds("Infinity")]).toEqual(
      Array<null>(4).fill(null),
    );
  });

  it("texts lose what cannot be kept or shown, and are cut between characters", () => {
    expect(readLine("a\r\n\u0000b\tc", 100)).toBe("a b c");
    expect(readText("a\u0000\nb", 100)).toBe("a\nb");
    expect(readText(`${"x".repeat(9)}🦊`, 10)).toBe("x".repeat(9));
  });
});

it("whatever comes is a ping or a refusal with one line, never an exception", () => {
  const words = [
    "/",
    "ping",
    ID,
    "start",
    "%",
    "?",
    "&",
    "rid=",
    "at=",
    "metric=",
    "metric=a:1",
    "env=",
    "msg=",
    "state=",
  ];
  const piece = fc.oneof(
    fc.constantFrom(...words),
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary", maxLength: 100 }).map((text) => encodeURIComponent(text)),
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => oneLine(parseNative(`/ping/${pieces.join("")}`))));
});
