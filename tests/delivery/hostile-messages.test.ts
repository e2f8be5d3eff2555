import { describe, expect, test } from "vitest";
import { renderDiscord } from "../../lib/delivery/kinds/discord.ts";
import { renderGoogleChat } from "../../lib/delivery/kinds/google-chat.ts";
import { renderMatrix } from "../../lib/delivery/kinds/matrix.ts";
import { renderMattermost } from "../../lib/delivery/kinds/mattermost.ts";
import { renderNtfy } from "../../lib/delivery/kinds/ntfy.ts";
import { renderRocketchat } from "../../lib/delivery/kinds/rocketchat.ts";
import { renderSlack } from "../../lib/delivery/kinds/slack.ts";
import { renderTeams } from "../../lib/delivery/kinds/teams.ts";
import { renderTelegram } from "../../lib/delivery/kinds/telegram.ts";
import { renderZulip } from "../../lib/delivery/kinds/zulip.ts";
import { renderMail } from "../../lib/delivery/markup/mail.ts";
import type { AlertMessage } from "../../lib/domain/message.ts";
import { failedMessage, longestMessage } from "../support/messages.ts";
import { acting, ACTIONS, outageMember, outageMessage } from "../support/outage-messages.ts";

const NASTY =
  "<!channel> <@U1> <users/all> <https://evil|x> [x](https://evil) **b** `c` &amp; \"'><script>alert(1)</script> @everyone @all\r\nBcc: x@evil";

/** An outage of a machine and of jobs whose names try to be markup. */
function nastyOutage(): AlertMessage {
  const members = ["a", "b", "c"].map((slug) => outageMember(slug, { name: `${NASTY} ${slug}`, host: NASTY }));
  const { outage } = {
    outage: {
      id: "o1",
      kind: "host",
      host: NASTY,
      openedAt: 0,
      open: 3,
      total: 3,
      later: 0,
      again: 0,
      endedAt: null,
      alone: [],
    } as const,
  };
  return acting(outageMessage({ members, outage }));
}

/** A failure whose ping says, beside no body, what tries to be markup. */
function nastySaying(): AlertMessage {
  return acting(failedMessage({ said: NASTY, output: null }));
}

/** An outage whose jobs say, beside no body, what tries to be markup, held back by a window of such a name. */
function nastyWords(): AlertMessage {
  const facts = { cause: "failed", exitCode: 1 } as const;
  const members = ["a", "b", "c"].map((slug) => outageMember(slug, { said: `${slug} ${NASTY}` }, facts));
  const message = outageMessage({
    members,
    sentAt: Date.UTC(2026, 0, 1),
    waited: [{ reason: "window", detail: NASTY }],
  });
  expect(message.why.join("\n")).toMatch(/“a <!channel> .*the window “<!channel>/s);
  return acting(message);
}

/** As many jobs as ever, with long names in characters of three bytes that markup cares about. */
function longestOutage(said: string | null = null): AlertMessage {
  const facts = said === null ? {} : ({ cause: "failed", exitCode: 1 } as const);
  const members = Array.from({ length: 2_000 }, (_, index) =>
    outageMember(
      `job-${index}`,
      { name: `${"＊バックアップ*_`[<&>".repeat(6)}${index}`, host: `host-${index % 50}`, said },
      facts,
    ),
  );
  const outage = {
    id: "o1",
    kind: "project",
    host: null,
    openedAt: 0,
    open: 2_000,
    total: 2_000,
    later: 0,
    again: 0,
    endedAt: null,
    alone: [],
  } as const;
  const actions = ACTIONS.map(({ label }) => ({ label, url: `https://belfry.example.org/act/${"x".repeat(220)}` }));
  return { ...outageMessage({ members, outage }), actions };
}

/** Every text in what is sent, one to a line. */
function textsOf(rendered: unknown): string {
  if (typeof rendered === "string") return rendered;
  if (typeof rendered !== "object" || rendered === null) return "";
  return Object.values(rendered).map(textsOf).join("\n");
}

describe.each([
  ["names of jobs and machines are", nastyOutage],
  ["what a ping says beside its body is", nastySaying],
  ["what jobs of an outage say and the name of a window are", nastyWords],
])("%s no markup", (_of, nasty) => {
  test("slack: nobody is called, no link is hidden", () => {
    const texts = textsOf(renderSlack(nasty()));
    expect(texts.replace(/<https:\/\/belfry\.example\.org\/[\w/-]+\|[\w ]+>/g, "")).not.toMatch(/[<>]/);
  });

  test("discord: nobody is called, also not by the list of those who may be", () => {
    const rendered = renderDiscord(nasty());
    expect(rendered.allowed_mentions).toEqual({ parse: [] });
    const [embed] = rendered.embeds;
    expect(`${embed?.title}\n${embed?.description}`).not.toMatch(/<[@!#]|@everyone|(?<!\\)[*`[]/);
  });

  test.each([
    ["telegram", () => renderTelegram(nasty())],
    ["matrix", () => renderMatrix(nasty()).formatted_body],
    ["mail", () => renderMail(nasty(), null).html.replace(/<style>[\s\S]*<\/style>/, "")],
  ])("%s: no element is of theirs", (_name, render) => {
    const html = render();
    expect(html).not.toMatch(/<script|<users|<https|<!channel/);
    expect(html).toContain("&lt;!channel&gt;");
  });

  test("google chat, mattermost, rocket.chat and zulip: nobody is called", () => {
    const google = textsOf(renderGoogleChat(nasty(), { threadKey: null }));
    expect(google).not.toMatch(/<users\/all>|<https?:[^>]*\|/);
    expect(textsOf(renderMattermost(nasty()))).not.toMatch(/@all|@everyone|<!channel|<https/);
    expect(textsOf(renderRocketchat(nasty()))).not.toMatch(/@all|@everyone|\[x\]\(/);
    expect(renderZulip(nasty())).not.toMatch(/@all|@everyone|@\*\*|\[x\]\(/);
  });

  test("teams: all of it stands in runs of text, which know no markup", () => {
    const { attachments } = renderTeams(nasty());
    expect(JSON.stringify(attachments)).not.toMatch(/"TextBlock"|"entities"|msteams":\{"entities/);
  });

  test("mail: the subject is one line", () => {
    expect(renderMail(nasty(), null).subject).not.toMatch(/[\r\n]/);
  });
});

const bytes = (rendered: unknown): number => Buffer.byteLength(JSON.stringify(rendered));

describe.each([
  ["an outage of two thousand jobs", () => longestOutage()],
  ["an outage of two thousand jobs that all say something", () => longestOutage("＊バックアップ*_`[<&>".repeat(20))],
  ["one job of the longest names, with links to act", () => acting(longestMessage())],
])("%s fits what each platform takes", (_name, make) => {
  test("slack", () => {
    const { blocks = [] } = renderSlack(make());
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks) {
      if ("text" in block && typeof block.text === "object") expect(block.text.text.length).toBeLessThanOrEqual(3_000);
    }
  });

  test.each(["belfry.example.org", "localhost"])("discord, with links to %s", (host) => {
    const message = make();
    const actions = message.actions.map(({ label, url }) => ({ label, url: url.replace("belfry.example.org", host) }));
    const { embeds, components } = renderDiscord({ ...message, actions });
    const [embed] = embeds;
    const { title = "", description = "", fields = [] } = embed ?? {};
    const all = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
    expect(all.join("").length).toBeLessThanOrEqual(6_000);
    for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(1_024);
    expect(description.length).toBeLessThanOrEqual(4_096);
    expect(components).toHaveLength(host === "localhost" ? 0 : 1);
    if (host === "localhost") expect(fields.find(({ name }) => name === "Act")?.value).toContain("[Mute](");
  });

  test("the others", () => {
    const message = make();
    expect(bytes(renderTeams(message))).toBeLessThanOrEqual(25_000);
    expect(bytes(renderGoogleChat(message, { threadKey: "t" }))).toBeLessThanOrEqual(30_000);
    expect(bytes(renderMatrix(message))).toBeLessThanOrEqual(50_000);
    expect(renderTelegram(message).length).toBeLessThanOrEqual(4_096);
    expect(renderZulip(message).length).toBeLessThanOrEqual(10_000);
    expect(Buffer.byteLength(renderNtfy(message).message)).toBeLessThanOrEqual(4_096);
    expect(textsOf(renderMattermost(message)).length).toBeLessThanOrEqual(8_000);
    expect(textsOf(renderRocketchat(message).attachments).length).toBeLessThanOrEqual(8_000);
  });
});

test("a mail names every job of an outage, in both of its twins", () => {
  const members = Array.from({ length: 1_000 }, (_, index) => outageMember(`nightly-${index}-x`));
  const { text, html } = renderMail(outageMessage({ members }), null);
  for (const { name } of members) {
    expect(text).toContain(name);
    expect(html).toContain(name);
  }
});

test("a mail that can be unsubscribed says so at its end", () => {
  const url = "https://belfry.example.org/unsubscribe/x?a=1&b=2";
  const { text, html } = renderMail(outageMessage(), url);
  expect(text.endsWith(`\nNo more mails like this: ${url}\n`)).toBe(true);
  expect(html).toContain('href="https://belfry.example.org/unsubscribe/x?a=1&amp;b=2"');
  expect(renderMail(outageMessage(), null).html).not.toContain("Unsubscribe");
});
