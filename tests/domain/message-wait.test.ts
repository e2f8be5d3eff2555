import { describe, expect, test } from "vitest";
import { composeMessage, sentAt } from "../../lib/domain/message.ts";
import { type Wait, waitsOf } from "../../lib/domain/message-wait.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { failedInput, failedMessage, SLOT } from "../support/messages.ts";
import { outageMessage } from "../support/outage-messages.ts";

const WAITED = "This message has waited for 2 h, since 02:04 (Europe/Riga).";

/** The last sentences of a message that leaves two hours after it was made. */
function lastOf(waited: readonly Wait[], maskPatterns: readonly string[] = []): string | undefined {
  const input = failedInput({ waited, maskPatterns });
  return composeMessage(sentAt(input, input.at + 2 * HOUR)).why.at(-1);
}

describe("a message that waited says what held it back", () => {
  test.each<[Wait, string]>([
    [{ reason: "window", detail: "Nightly deploy" }, "It waited for the end of the window “Nightly deploy”."],
    [{ reason: "window", detail: null }, "It waited for the end of the window that it was in."],
    [
      { reason: "upstream", detail: "db-backup" },
      "It waited while “db-backup”, without which the job cannot do its work, was in trouble.",
    ],
    [
      { reason: "unstable", detail: null },
      "It waited: the job fails and recovers again and again, of which people were told once.",
    ],
    [{ reason: "quiet-hours", detail: null }, "It waited for the end of the channel's quiet hours."],
    [
      { reason: "unacknowledged", detail: null },
      "It waited, as this channel is told only if nobody has acknowledged the incident.",
    ],
  ])("%j", (wait, words) => {
    expect(lastOf([wait])).toBe(`${WAITED} ${words}`);
  });

  test("or nothing where that is not known", () => {
    expect(lastOf([])).toBe(WAITED);
  });

  test("or nothing where it hardly waited, or tells an end", () => {
    const waited: Wait[] = [{ reason: "window", detail: "Nightly deploy" }];
    const input = failedInput({ waited });
    expect(composeMessage(sentAt(input, input.at + MINUTE))).toEqual(
      composeMessage(sentAt(failedInput(), input.at + MINUTE)),
    );
    for (const event of ["resolved", "stable"] as const) {
      expect(JSON.stringify(failedMessage({ event, waited, sentAt: SLOT + 9 * HOUR }))).not.toContain("Nightly deploy");
    }
  });

  test("all of it, up to three", () => {
    const waits = ["a", "b", "c", "d"].map((detail): Wait => ({ reason: "window", detail }));
    const line = lastOf(waits);
    expect(line).toBe(
      `${WAITED} ${["a", "b", "c"].map((name) => `It waited for the end of the window “${name}”.`).join(" ")}`,
    );
  });

  test("in one masked, bounded line", () => {
    const line = lastOf([{ reason: "window", detail: `cust-7\r\n\u202e${"x".repeat(300)}` }], ["cust-*"]);
    expect(line).toMatch(/^This message.* “\[masked\] x+…”\.$/);
    expect(line).not.toMatch(/[\r\n\u202e]/);
    expect(line?.length).toBeLessThanOrEqual(200);
  });

  test("also where it tells of several jobs", () => {
    const message = outageMessage({
      sentAt: SLOT + 3 * HOUR,
      waited: [{ reason: "window", detail: "Nightly deploy" }],
    });
    expect(message.why.at(-1)).toMatch(
      /^This message has waited .* It waited for the end of the window “Nightly deploy”\.$/,
    );
  });
});

describe("what is known of a wait", () => {
  const held = [{ reason: "window", detail: "Nightly deploy" } as const];

  test("is what held the alert, then a condition of the delivery", () => {
    expect(waitsOf({ held }, "open")).toEqual([...held, { reason: "quiet-hours", detail: null }]);
    expect(waitsOf({ held }, "unacknowledged")).toEqual([...held, { reason: "unacknowledged", detail: null }]);
  });

  test("is nothing where neither is kept, as with alerts of old", () => {
    expect(waitsOf({}, null)).toEqual([]);
  });
});
