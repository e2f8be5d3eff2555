import { describe, expect, test } from "vitest";
import { address } from "../../../lib/domain/alerting/address.ts";
import type { ChannelRules } from "../../../lib/domain/alerting/channel-rules.ts";
import type { AlertJob } from "../../../lib/domain/alerting/pending.ts";
import { contextOf, counter, NOW, recovery } from "../../support/pending.ts";

const CLOSED = { resolveReason: "paused", outageId: "outage" } as const;

/** Who hears that the job was paused: a channel, and one that keeps incidents; both told its alarm. */
function closing(partly: Record<string, string[]> = {}, heard: string[] = ["ops", "pager"]) {
  const alert = recovery("a", { incident: CLOSED });
  const context = contextOf({
    channels: [
      { id: "ops", keepsIncidents: false, rules: {} },
      { id: "pager", keepsIncidents: true, rules: {} },
    ],
    heard: new Map([[alert.incident.id, new Set(heard)]]),
    partly: new Map(Object.entries(partly).map(([id, who]) => [id, new Set(who)])),
  });
  const moment = { now: NOW, newId: counter(), outageIdOf: () => "outage" };
  return address([alert], context, moment).map(({ channelId, recipient }) => channelId ?? recipient);
}

describe("what somebody closed", () => {
  test("ends in silence, except where it would stay open for ever", () => {
    expect(closing()).toEqual(["pager"]);
    expect(closing({}, ["ops"])).toEqual([]);
  });

  test("is told to who heard that a part of its outage recovered", () => {
    expect(closing({ outage: ["ops"] })).toEqual(["ops", "pager"]);
    expect(closing({ another: ["ops"] })).toEqual(["pager"]);
  });
});

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

  test("is mailed to those whom its alarm was mailed to, though the project has a channel by now", () => {
    const alert = recovery("a");
    const context = contextOf({ heard: new Map([[alert.incident.id, new Set(["owner@example.org"])]]) });
    const planned = address([alert], context, { now: NOW, newId: counter(), outageIdOf: () => null });
    expect(planned.map(({ channelId, recipient }) => [channelId, recipient])).toEqual([[null, "owner@example.org"]]);
  });

  test("is left out where the channel wants no recoveries", () => {
    expect(endOver({ rules: { events: ["opened", "reminder"] } })).toEqual([]);
  });
});
