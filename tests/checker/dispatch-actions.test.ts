import { describe, expect, test } from "vitest";
import { withActions } from "../../lib/checker/dispatch-actions.ts";
import { actLinkOf, type ActLink } from "../../lib/domain/act-link.ts";
import type { AlertEvent } from "../../lib/domain/incident.ts";
import type { AlertMessage, MessageInput } from "../../lib/domain/message.ts";
import { DAY } from "../../lib/domain/time.ts";
import { failedMessage, noticeMessage } from "../support/messages.ts";
import { TEST_LINKS } from "../support/outbox.ts";

const CHANNEL = { channel: { id: "c1" }, recipient: null };
const BASE = "https://belfry.example.org";

describe("links to act by", () => {
  test("say what they do, about what, and over what they came", () => {
    const message = withActions(TEST_LINKS, failedMessage(), { input: input(), receiver: CHANNEL, open: 1 });
    expect(message.actions.map(({ label }) => label)).toEqual(["Acknowledge", "Snooze 1 h", "Mute"]);
    const about = { about: "incident", id: "i1", channelId: "c1", recipient: null };
    expect(linksOf(message)).toEqual(["acknowledge", "snooze", "mute"].map((act) => ({ act, ...about })));
  });

  test("of a group are about its outage", () => {
    const receiver = { channel: null, recipient: "kim@example.org" };
    const message = withActions(TEST_LINKS, failedMessage(), { input: { ...input(), ...GROUP }, receiver, open: 2 });
    expect(linksOf(message)[0]).toMatchObject({ about: "outage", channelId: null, recipient: "kim@example.org" });
    const labels = message.actions.map(({ label }) => label);
    expect(labels).toEqual(["Acknowledge all 2", "Snooze all 2 for 1 h", "Mute all 2"]);
  });

  test("of a group of which one is still open are named as those of one", () => {
    const given = { input: { ...input(), ...GROUP }, receiver: CHANNEL, open: 1 };
    const message = withActions(TEST_LINKS, failedMessage(), given);
    expect(message.actions.map(({ label }) => label)).toEqual(["Acknowledge", "Snooze 1 h", "Mute"]);
  });

  test("are the same at every attempt, and end seven days after the alert", () => {
    const message = failedMessage();
    const [first] = withActions(TEST_LINKS, message, { input: input(), receiver: CHANNEL, open: 1 }).actions;
    const [again] = withActions(TEST_LINKS, message, { input: input(), receiver: CHANNEL, open: 1 }).actions;
    expect(again).toEqual(first);
    const token = tokenOf(first?.url);
    expect(TEST_LINKS.open(token, message.at + 7 * DAY - 1)).not.toBeNull();
    expect(TEST_LINKS.open(token, message.at + 7 * DAY)).toBeNull();
  });

  test.each<[AlertEvent, boolean]>([
    ["opened", true],
    ["changed", true],
    ["reminder", true],
    ["unstable", true],
    ["stable", false],
    ["resolved", false],
  ])("%s: %s", (event, offered) => {
    const message = withActions(
      TEST_LINKS,
      { ...failedMessage(), event },
      { input: input(), receiver: CHANNEL, open: 1 },
    );
    expect(message.actions.length > 0).toBe(offered);
  });

  test("are not of what has no incident", () => {
    expect(withActions(TEST_LINKS, noticeMessage(), { input: input(), receiver: CHANNEL, open: 1 }).actions).toEqual(
      [],
    );
  });

  test("are read only from what is such a link", () => {
    expect(actLinkOf({ for: "report", do: "mute", incident: "i1" })).toBeNull();
    expect(actLinkOf({ for: "act", do: "delete", incident: "i1" })).toBeNull();
    expect(actLinkOf({ for: "act", do: "mute" })).toBeNull();
  });
});

const GROUP = {
  outage: { id: "i1", kind: "host", host: "db-03", openedAt: 0, open: 2, total: 2 },
  members: [],
  heard: false,
} as const;

/** Only the address is read of it. */
function input(): Extract<MessageInput, { event: "notice" }> {
  const facts = { notice: "own-gap", from: 0, to: 0, unknownJobs: null } as const;
  return { event: "notice", alertId: "a1", at: 0, baseUrl: BASE, project: null, facts };
}

function linksOf({ actions, at }: AlertMessage): (ActLink | null)[] {
  return actions.map(({ url }) => actLinkOf(TEST_LINKS.open(tokenOf(url), at) ?? {}));
}

function tokenOf(url = ""): string {
  expect(url.startsWith(`${BASE}/act/`)).toBe(true);
  return url.slice(`${BASE}/act/`.length);
}
