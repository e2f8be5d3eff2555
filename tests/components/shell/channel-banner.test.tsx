import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ChannelBanner, type ChannelTroubleView } from "../../../components/shell/channel-banner.tsx";

function shown(...troubles: Partial<ChannelTroubleView>[]): string {
  const known = { unable: null, brokenAt: null, brokenReason: null, lastAnswer: null, waiting: 0, waitingSince: null };
  const whole = troubles.map((trouble, index) => ({
    channelId: `${index}`,
    name: `Channel ${index}`,
    ...known,
    ...trouble,
  }));
  return renderToStaticMarkup(<ChannelBanner troubles={whole} />)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

test("nothing is said while every channel works", () => {
  expect(shown()).toBe("");
});

test("a channel that refuses says since when and why, one that does not answer how much waits", () => {
  const text = shown(
    { brokenAt: 1, brokenReason: "no_service" },
    { waiting: 3, waitingSince: 1, lastAnswer: "503 later" },
    { waiting: 1 },
  );
  expect(text).toMatch(/The channel Channel 0 has refused alerts for .* : no_service/);
  expect(text).toMatch(/Channel 1 has taken nothing for .* : 503 later \. 3 alerts wait for it and are tried again\./);
  expect(text).toMatch(/1 alert waits for it and is tried again\./);
});

test("a channel that this installation cannot deliver over says what to do, not what was refused before", () => {
  const text = shown({ unable: "Belfry cannot send mail: set SMTP_URL.", brokenAt: 1, brokenReason: "old" });
  expect(text).toMatch(/Channel 0 cannot deliver: Belfry cannot send mail: set SMTP_URL\./);
  expect(text).not.toMatch(/old|refused/);
  const sentence = `${"Belfry runs no programs here: ".repeat(6)}restart it.`;
  expect(shown({ unable: sentence })).toContain(sentence);
});

test("a long reason is cut and many channels are counted", () => {
  const many = Array.from({ length: 5 }, () => ({ brokenAt: 1, brokenReason: "x".repeat(500) }));
  const text = shown(...many);
  expect(text).toContain("2 more channels.");
  expect(text).not.toContain("x".repeat(150));
});
