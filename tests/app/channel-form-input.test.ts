import { expect, test } from "vitest";
import { parseChannelEdit } from "../../app/channel-form-input.ts";

test("settings of a channel that is changed are texts, or null for none any more", () => {
  expect(parseChannelEdit({ settings: { url: "https://x", token: null, tag: 3 } }).settings).toEqual({
    ...{ url: "https://x", token: null, tag: "" },
  });
  expect(parseChannelEdit(null).settings).toEqual({});
});
