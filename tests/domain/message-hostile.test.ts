import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeMessage } from "../../lib/domain/message.ts";
import { ENDED, missedInput as input } from "../support/missed-message.ts";

describe("nothing that a ping carries gets through", () => {
  test("control characters, line breaks and direction marks in names are gone", () => {
    const job = { ...input({}).job, name: "back\r\nBcc: x@example.org\u0000\u202e\u001b[31mup" };
    const message = composeMessage(input({}, { job, lastHost: "h\u2028o\u200bst\u0007" }));
    expect(message.verdict).toBe("✗ MISSED · back Bcc: x@example.orgup @ h ost");
  });

  test("an output of nothing but control characters is no output", () => {
    expect(
      composeMessage(input({ ...ENDED, cause: "failed" }, { output: "\u0000\u001b[0m\r\n\t\n" })).output,
    ).toBeNull();
  });

  test("error lines from far above come first, then the end", () => {
    const output = [
      "fatal: no space left",
      ...Array.from({ length: 60 }, (_, index) => `line ${index}`),
      "0 errors",
    ].join("\n");
    const excerpt = composeMessage(input({ ...ENDED, cause: "failed" }, { output })).output;
    expect(excerpt?.errors).toEqual(["fatal: no space left"]);
    expect(excerpt?.tail).toHaveLength(20);
    expect(excerpt?.tail.at(-1)).toBe("0 errors");
    expect(excerpt?.omitted).toBe(42);
  });

  test("never a ping address", () => {
    const output =
      "+ curl -fsS https://belfry.example.org/ping/5f0e4d7a-3f2b-4c77-9d6c-0d7b0b8b2b11/start\nERROR: /p/bfp_0123456789abcdef/x";
    const text = JSON.stringify(
      composeMessage(input({ ...ENDED, cause: "failed", host: "http://b/ping/abc" }, { output })),
    );
    expect(text).not.toContain("5f0e4d7a");
    expect(text).not.toContain("0123456789abcdef");
    expect(text).not.toContain("/ping/abc");
  });

  test("whatever comes in, every text is one bounded line of visible characters", () => {
    const anything = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(anything, anything, anything, (name, host, output) => {
        const job = { ...input({}).job, name };
        const message = composeMessage(input({ ...ENDED, cause: "failed", exitCode: 1, host }, { job, output }));
        expect(message.verdict.length).toBeLessThanOrEqual(60);
        const lines = [message.verdict, ...message.why, message.action ?? "", ...(message.output?.tail ?? [])];
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
