import { describe, expect, test } from "vitest";
import { address } from "../../../lib/domain/alerting/address.ts";
import type { ChannelRules } from "../../../lib/domain/alerting/channel-rules.ts";
import type { AlertJob } from "../../../lib/domain/alerting/pending.ts";
import { contextOf, counter, NOW, recovery } from "../../support/pending.ts";

/** Channels that hear of a recovery; `heard`: those that heard of its alarm. */
function endOver({
  rules = {},
  job = {},
  heard = ["ops"],
}: {
  rules?: ChannelRules;
  job?: Partial<AlertJob>;
  heard?: string[];
}) {
  const alert = recovery("a", { job });
  const context = contextOf({
    channels: [{ id: "ops", keepsIncidents: false, rules }],
    heard: new Map([[alert.incident.id, new Set(heard)]]),
  });
  const moment = { now: NOW, newId: counter(), outageIdOf: () => null };
  return address([alert], context, moment).map(({ channelId }) => channelId);
}

describe("a recovery", () => {
  test.each([
    ["takes warnings only by now", { rules: { severities: ["warning"] } }],
    ["takes another tag only by now", { rules: { tags: ["web"] } }],
    ["is not the job's any more", { job: { channelIds: ["other"] } }],
  ] as const)("goes over a channel that told its alarm, though it %s", (_name, changes) => {
    expect(endOver(changes)).toEqual(["ops"]);
    expect(endOver({ ...changes, heard: [] })).toEqual([]);
  });

  test("is left out where the channel wants no recoveries", () => {
    expect(endOver({ rules: { events: ["opened", "reminder"] } })).toEqual([]);
  });
});
