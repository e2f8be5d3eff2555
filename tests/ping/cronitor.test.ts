import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slugFor } from "../../lib/domain/slug.ts";
import { isUuid } from "../../lib/ping/address.ts";
import { parseCronitor } from "../../lib/ping/cronitor.ts";
import { readJob } from "../../lib/server/job-maker.ts";
import { oneLine, pingOr, refusalOr } from "../support/ping-events.ts";

const ID = "7b0c9f0e-1111-4222-8333-00000000abcd";
const NOW = Date.UTC(2026, 8, 21, 14, 0, 0);

const ping = (url: string) => pingOr(parseCronitor(url, NOW));
const refusal = (url: string) => refusalOr(parseCronitor(url, NOW));

describe("addresses", () => {
  it.each([
    ["", "success"],
    ["/", "success"],
    ["/run", "start"],
    ["/complete", "success"],
    ["/fail/", "fail"],
    ["/ok", "success"],
    ["/tick", "success"],
    ["?state=run", "start"],
    ["?state=complete", "success"],
    ["?state=fail", "fail"],
    ["?state=ok", "success"],
    ["?state=tick", "success"],
    ["?state=RUN", "start"],
    ["?state=", "success"],
    ["?state=None", "success"],
    ["/run?state=fail", "start"],
  ])("the state in %j means %s, by key and monitor and by id", (ending, action) => {
    const address = { kind: "slug", key: "bfp_key", slug: "nightly", environment: null };
    expect(ping(`/p/bfp_key/nightly${ending}`)).toMatchObject({ protocol: "cronitor", action, address });
    expect(ping(`/p/${ID}${ending}`)).toMatchObject({ action, address: { kind: "job", jobId: ID }, creation: null });
  });

  it.each([
    ["d3x0c1", "d3x0c1", null],
    ["Nightly%20Backup", "nightly-backup", "Nightly Backup"],
    ["reports%2Fdaily", "reports-daily", "reports/daily"],
    ["%E5%A4%87%E4%BB%BD", slugFor("备份"), "备份"],
    ["a".repeat(200), slugFor("a".repeat(200)), "a".repeat(128)],
  ])("the monitor %s is the job %s, which keeps its name", (monitor, slug, name) => {
    const { address, creation } = ping(`/p/key/${monitor}`);
    expect(address).toMatchObject({ slug });
    expect(creation).toMatchObject({ name, schedule: null, code: null });
  });

  it.each(["/p/", "/p/key", "/p/key/", "/p/key/%20", "/p//x", "/p/key/x/run/1", "/p/key/%zz", `/p/${ID}/run/1`])(
    "%s names no job",
    (url) => expect(refusal(url)).toBe("400 invalid url format"),
  );

  it("a state that nobody knows is refused: it would be a guess whether the job went well", () => {
    expect(refusal("/p/key/x/exploded")).toBe("400 invalid url format");
    expect(refusal("/p/key/x?state=exploded")).toBe("400 invalid url format");
  });
});

describe("parameters", () => {
  it("say what the client knows of the run", () => {
    const query = "host=db-03&message=all%20well&metric=count:10&metric=rows=2.5&duration=12.5&env=staging&try=2";
    expect(ping(`/p/key/x?state=complete&${query}`)).toMatchObject({
      address: { environment: "staging" },
      host: "db-03",
      message: "all well",
      durationMs: 12_500,
      metrics: [
        ["count", 10],
        ["rows", 2.5],
      ],
    });
    expect(ping("/p/key/x?msg=short").message).toBe("short");
    expect(ping("/p/key/x?metric=duration:3.2&count=7&error_count=1")).toMatchObject({
      durationMs: 3_200,
      metrics: [
        ["count", 7],
        ["error_count", 1],
        ["duration", 3.2],
      ],
    });
  });

  it("None and nothing are not set", () => {
    const names = ["host", "message", "series", "duration", "stamp", "env", "count", "status_code", "metric"];
    const nothing = ping(`/p/key/x?${names.map((name) => `${name}=None`).join("&")}`);
    expect(nothing).toEqual(ping(`/p/key/x?${names.map((name) => `${name}=`).join("&")}`));
    expect(nothing).toEqual(ping("/p/key/x"));
  });

  it("a series pairs a run, whatever text it is", () => {
    const series = (text: string) => ping(`/p/key/x/run?series=${encodeURIComponent(text)}`).runId ?? "";
    expect(series("run 42")).toBe(series("run 42"));
    expect(series("run 42")).not.toBe(series("run 43"));
    expect(isUuid(series("run 42"))).toBe(true);
    expect(series(ID.toUpperCase())).toBe(ID);
  });

  it.each([
    ["state=fail&status_code=3", "fail", 3],
    ["state=complete&status_code=0", "success", 0],
    ["state=complete&status_code=3", "success", null],
    ["state=fail&status_code=0", "fail", null],
    ["state=run&status_code=0", "start", null],
    ["status_code=2", "fail", 2],
    ["status_code=0", "success", 0],
    ["state=fail&status_code=-1073741510", "fail", null],
    ["state=fail&status_code=256", "fail", null],
  ])("%s: the state says what happened, and without one the exit status", (query, action, exitCode) => {
    expect(ping(`/p/key/x?${query}`)).toMatchObject({ action, exitCode });
  });

  it("the client's time counts only where the ping has waited: clocks are seconds apart", () => {
    const at = (ms: number) => ping(`/p/key/x/run?stamp=${(NOW - ms) / 1_000}`).at;
    expect([at(-5_000), at(0), at(1_250), at(60_000)]).toEqual([null, null, null, null]);
    expect(at(61_250)).toBe(NOW - 61_250);
    expect(ping("/p/key/x?stamp=yesterday").at).toBeNull();
  });
});

it("the job that an unknown monitor asks for can always be made", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).map(encodeURIComponent);
  fc.assert(
    fc.property(text, text, (monitor, environment) => {
      const parsed = parseCronitor(`/p/key/${monitor}?env=${environment}`, NOW);
      if (parsed.kind === "refusal" || parsed.creation === null || parsed.address.kind === "job") return;
      expect(readJob(parsed.address, parsed.creation).settings.slug).toBe(parsed.address.slug);
    }),
  );
});

it("whatever comes is a ping or a refusal with one line, never an exception", () => {
  const piece = fc.oneof(
    fc.constantFrom("/", "key", ID, "run", "%", "?", "&", "series=", "metric=", "stamp=", "None", "state=fail", ":"),
    fc.string(),
    fc.string({ unit: "binary" }).map(encodeURIComponent),
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => oneLine(parseCronitor(`/p/${pieces.join("")}`, NOW))));
});
