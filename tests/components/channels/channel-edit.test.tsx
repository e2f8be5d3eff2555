import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ChannelEdit } from "../../../components/channels/channel-edit.tsx";
import type { ChannelView } from "../../../components/channels/channel-view.ts";

const CHANNEL: ChannelView = {
  ...{ id: "c", kind: "slack", kindLabel: "Slack", name: "Ops room", summary: "hooks.slack.com/…", rules: {} },
  ...{ enabled: true, brokenAt: null, brokenReason: null, unable: null, unsubscribedAt: null, lastSentAt: null },
  ...{ failing: null, projects: [] },
};

function shown(fields: Parameters<typeof ChannelEdit>[0]["fields"]): string {
  return renderToStaticMarkup(
    <MantineProvider>
      <ChannelEdit
        channel={CHANNEL}
        fields={fields}
        settings={{ values: {}, kept: ["url"] }}
        zones={["UTC"]}
        projects={[]}
        save={() => Promise.reject(new Error("Nobody saves here."))}
        onClose={() => undefined}
      />
    </MantineProvider>,
  );
}

test("a channel is changed with its address, which is not shown", () => {
  const markup = shown([{ name: "url", label: "Webhook URL", placeholder: "https://hooks.slack.com/services/…" }]);
  expect(markup).toContain("Webhook URL");
  expect(markup).toContain("Left empty, it stays as it is.");
  expect(markup).toMatch(/<input[^>]*value=""[^>]*name="url"|<input[^>]*name="url"[^>]*value=""/);
  expect(markup).toContain("by its rules of before, and by the settings of now");
});

test("a channel of a kind that cannot be used here is changed without its settings", () => {
  expect(shown([])).not.toContain("Webhook URL");
});
