import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { SettingsFields } from "../../../components/channels/settings-fields.tsx";

const FIELDS = [
  { name: "server", label: "Server", placeholder: "https://example.org" },
  { name: "token", label: "Token", placeholder: "A…", input: "secret" as const },
  { name: "secret", label: "Signing secret", placeholder: "whsec_…", input: "secret" as const, optional: true },
  { name: "headers", label: "Headers", placeholder: "X: y", input: "long" as const, optional: true },
];

test("a channel's settings are there to be changed, and its secrets to be replaced or taken away", () => {
  const values = { server: "https://gotify.example.org", token: "", secret: null, headers: "" };
  const markup = renderToStaticMarkup(
    <MantineProvider>
      <SettingsFields
        fields={FIELDS}
        settings={{ values: { server: values.server }, kept: ["token", "secret"] }}
        values={values}
        errors={{ token: "Write it anew." }}
        change={() => undefined}
      />
    </MantineProvider>,
  );
  expect(markup).toContain('value="https://gotify.example.org"');
  expect(markup.match(/Left empty, it stays as it is\./g)).toHaveLength(1);
  expect(markup).toContain("Write it anew.");
  expect(markup).toContain("Signing secret: none any more");
  expect(markup).not.toContain("whsec_…");
  expect(markup).toContain("Headers (optional)");
  expect(markup).not.toContain("Headers: none any more");
});
