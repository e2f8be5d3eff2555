import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeMessage, type IncidentInput } from "../../lib/domain/message.ts";
import { failedInput, failedMessage } from "../support/messages.ts";
import { ENDED, missedInput } from "../support/missed-message.ts";

const saying = (said: string | null, changes: Partial<IncidentInput> = {}) =>
  failedMessage({ said, output: null, ...changes });

describe("what a ping says beside its body", () => {
  test("is told after what happened, and alone for programs", () => {
    const { why, said } = saying("tape full");
    expect(why).toEqual([
      expect.stringMatching(/^The run failed at .* with exit code 3\.$/),
      "It said: “tape full”.",
      expect.stringMatching(/^Slot: /),
    ]);
    expect(said).toBe("tape full");
  });

  test("is told beside an output as well, and in every word about the same failure", () => {
    expect(saying("tape full", { output: "ERROR: x\n" }).why).toContain("It said: “tape full”.");
    for (const event of ["changed", "reminder", "unstable"] as const) {
      expect(saying("tape full", { event }).why).toContain("It said: “tape full”.");
    }
  });

  test("takes the place of the hint to send the output, and the advice stays", () => {
    expect(saying(null).action).toBe(
      "Run the command by hand on db-03 as the same user; to see its output here next time, send it as the ping's body.",
    );
    expect(saying("tape full").action).toBe(
      "Repair the cause, then run the command by hand on db-03 as the same user.",
    );
    expect(saying("tape full", { output: "x\n" }).action).toBe(failedMessage({ output: "x\n" }).action);
  });

  test("is left out of an end, and where no run came", () => {
    const ends = [saying("tape full", { event: "resolved" }), saying("tape full", { event: "stable" })];
    for (const message of [...ends, composeMessage(missedInput({}, { said: "tape full" }))]) {
      expect(message.why.join()).not.toContain("tape full");
      expect(message).not.toHaveProperty("said");
    }
  });

  test.each([null, "", " \r\n\t", "\u0000\u001b[0m\u200b"])("is nothing where there is nothing to read: %j", (said) => {
    expect(saying(said)).toEqual(saying(null));
    expect(saying(said)).not.toHaveProperty("said");
  });

  test("is masked as output is, with what the project wants masked", () => {
    const maskPatterns = ["cust-*"];
    const { said } = saying("password=hunter2 of cust-4711 at /ping/0b8e", { maskPatterns });
    expect(said).toBe("password=[masked] of [masked] at /ping/[masked]");
  });

  test("is masked before it is cut", () => {
    const { said = "" } = saying(`${"x".repeat(280)} postgres://app:${"s3cr3t".repeat(20)}@db/x`);
    expect(said).not.toContain("s3cr3t");
  });

  test("is one line of at most 300 characters", () => {
    const { said = "" } = saying(`tape\r\nfull\u2028${"again ".repeat(150)}`);
    expect(said).toMatch(/^tape full again .*…$/);
    expect(said.length).toBeLessThanOrEqual(300);
  });

  test("whatever it is, it is one bounded line of visible characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1_000 }), (text) => {
        const { said = "", why, action } = composeMessage(failedInput({ said: text, output: null }));
        expect(said.length).toBeLessThanOrEqual(300);
        for (const line of [said, action ?? "", ...why]) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });
});

describe("an exit code that programs choose themselves", () => {
  test.each([
    [2, "often a usage error"],
    [64, "often a usage error"],
    [75, "often a temporary failure"],
    [78, "often a configuration error"],
  ])("%i is said as what is usual, not as a fact", (exitCode, meaning) => {
    const message = composeMessage(missedInput({ ...ENDED, cause: "failed", exitCode }));
    expect(message.why[0]).toContain(`exit code ${exitCode}: ${meaning}.`);
    expect(message.run?.exitMeaning).toBe(meaning);
  });
});
