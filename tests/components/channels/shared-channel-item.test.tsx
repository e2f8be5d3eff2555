import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { SharedChannelView } from "../../../components/channels/channel-view.ts";
import { ProjectsField } from "../../../components/channels/projects-field.tsx";
import { SharedChannelItem } from "../../../components/channels/shared-channel-item.tsx";

const CHANNEL: SharedChannelView = {
  ...{ id: "c", kind: "slack", kindLabel: "Slack", name: "Ops room", summary: "hooks.slack.com/…", ofProject: "Night" },
  ...{ enabled: true, brokenAt: null, brokenReason: null, unable: null, unsubscribedAt: null },
  ...{ lastSentAt: null, failing: null },
};

function textOf(node: ReactNode): string {
  return renderToStaticMarkup(<MantineProvider>{node}</MantineProvider>)
    .replaceAll(/<style[^>]*>.*?<\/style>/gs, " ")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function shown(changes: Partial<SharedChannelView> = {}, mayChange = true): string {
  const stop = () => Promise.resolve({ ok: true, message: "" });
  return textOf(<SharedChannelItem channel={{ ...CHANNEL, ...changes }} mayChange={mayChange} stop={stop} />);
}

test("a channel of another project says whose it is, and can only be given up", () => {
  expect(shown()).toMatch(/^Ops room Slack, hooks\.slack\.com\/… Of project Night , where it is changed and tested\./);
  expect(shown()).toMatch(/Stop using it here$/);
  expect(shown({}, false)).not.toContain("Stop using");
});

test("one that is broken is mended where it belongs", () => {
  expect(shown({ brokenAt: 1 })).toContain("Its own project can mend it.");
});

test("one that this installation cannot deliver over says what to do, whatever became of it before", () => {
  const text = shown({ unable: "Set SMTP_URL.", brokenAt: 1, failing: "later" });
  expect(text).toContain("Cannot deliver anything Set SMTP_URL.");
  expect(text).not.toMatch(/Refused|Takes nothing/);
  expect(shown({ unable: "Set SMTP_URL.", enabled: false })).not.toContain("Cannot deliver");
});

test("projects that a channel serves stay in its form, whoever opens it; nothing is asked where there is no other", () => {
  const field = (choices: { id: string; name: string }[], served: { id: string; name: string }[]) =>
    textOf(
      <ProjectsField
        choices={choices}
        served={served}
        values={served.map(({ id }) => id)}
        error={undefined}
        change={() => undefined}
      />,
    );
  expect(field([], [])).toBe("");
  expect(field([], [{ id: "d", name: "Day shift" }])).toContain("Day shift");
});
