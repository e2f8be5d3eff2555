import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PingAction } from "../../lib/domain/ping.ts";
import { type PingPolicy, PLAIN_POLICY, type ReadablePing, readByPolicy } from "../../lib/domain/ping-policy.ts";

const ACTIONS = ["start", "success", "fail", "log", "skip"] as const;

const WORDS: PingPolicy = {
  ...PLAIN_POLICY,
  failureWords: ["ERROR", "failed"],
  successWords: ["done"],
  startWords: ["begin"],
  places: ["http"],
};

const read = (policy: Partial<PingPolicy>, ping: Partial<ReadablePing>) =>
  readByPolicy(
    { ...PLAIN_POLICY, ...policy },
    { action: "success", exitCode: null, method: "POST", texts: {}, ...ping },
  );

it.each(ACTIONS)("a plain policy leaves %s as the address says, whatever the method", (action) => {
  for (const method of ["GET", "HEAD", "POST", "MAIL"]) {
    expect(read({}, { action, method, texts: { http: "ERROR" } })).toBe(action);
  }
});

describe("POST only", () => {
  it.each(ACTIONS)("GET and HEAD are only kept, with %s too", (action) => {
    expect(read({ methods: "post" }, { action, method: "GET" })).toBeNull();
    expect(read({ methods: "post" }, { action, method: "HEAD" })).toBeNull();
    expect(read({ methods: "post" }, { action, method: "POST" })).toBe(action);
  });

  it("what came by mail was sent on purpose", () => {
    expect(read({ methods: "post" }, { method: "MAIL" })).toBe("success");
  });
});

describe("keywords", () => {
  it.each<[string, PingAction, PingAction | null]>([
    ["all done", "success", "success"],
    ["all done", "fail", "success"],
    ["ERROR, not done", "success", "fail"],
    ["begin, then done", "start", "success"],
    ["begin", "success", "start"],
    ["it failed", "start", "fail"],
    ["error", "success", null],
    ["nothing to see", "success", null],
    ["nothing to see", "fail", "fail"],
    ["nothing to see", "start", "start"],
    ["", "success", null],
    ["", "start", "start"],
    [" \n", "fail", "fail"],
    ["ERROR", "log", "log"],
    ["ERROR", "skip", "skip"],
  ])("%j with the address saying %s means %s", (text, action, meaning) => {
    expect(read(WORDS, { action, texts: { http: text } })).toBe(meaning);
  });

  it("none found leaves an exit status what it says", () => {
    const nothing = { texts: { http: "nothing to see" } };
    expect(read(WORDS, { ...nothing, exitCode: 0 })).toBe("success");
    expect(read(WORDS, { ...nothing, action: "fail", exitCode: 3 })).toBe("fail");
    expect(read(WORDS, { texts: { http: "ERROR" }, exitCode: 0 })).toBe("fail");
  });

  it("none found may be a failure, but only of what was a plain success", () => {
    const strict: PingPolicy = { ...WORDS, otherwise: "fail" };
    expect(read(strict, { texts: { http: "nothing to see" } })).toBe("fail");
    expect(read(strict, { texts: { http: "" } })).toBe("fail");
    expect(read(strict, { action: "start", texts: { http: "" } })).toBe("start");
    expect(read(strict, { texts: { http: "done" } })).toBe("success");
  });

  it("are looked for only where they should be", () => {
    const subject: PingPolicy = { ...WORDS, places: ["subject"] };
    expect(read(subject, { texts: { http: "ERROR" } })).toBe("success");
    expect(read(subject, { texts: { subject: "done", mail: "ERROR" } })).toBe("success");
    expect(read({ ...WORDS, places: ["subject", "mail"] }, { texts: { subject: "done", mail: "ERROR" } })).toBe("fail");
    expect(read({ ...WORDS, places: [] }, { texts: { http: "ERROR" } })).toBe("success");
  });

  it("without any, nothing is looked for", () => {
    expect(read({ places: ["http"], otherwise: "fail" }, { texts: { http: "whatever" } })).toBe("success");
  });

  it("POST only goes before them", () => {
    expect(read({ ...WORDS, methods: "post" }, { method: "GET", texts: { http: "ERROR" } })).toBeNull();
  });
});

it("a failure word is never taken for anything but a failure", () => {
  const words = fc.array(fc.string({ minLength: 1 }), { maxLength: 3 });
  fc.assert(
    fc.property(
      words,
      words,
      fc.string(),
      fc.constantFrom("start", "success", "fail"),
      (success, start, around, action) => {
        const policy: Partial<PingPolicy> = { ...WORDS, successWords: success, startWords: start };
        expect(read(policy, { action, texts: { http: `${around}ERROR${around}` } })).toBe("fail");
      },
    ),
  );
});
