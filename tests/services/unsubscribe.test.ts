import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addressDigest } from "../../lib/delivery/signed-link.ts";
import { unsubscribeClaims, type UnsubscribeLink } from "../../lib/domain/reports/unsubscribe-link.ts";
import { DAY } from "../../lib/domain/time.ts";
import { createChannel, listChannels, updateChannel } from "../../lib/services/channels.ts";
import { createProject } from "../../lib/services/projects.ts";
import { listReports, saveReports } from "../../lib/services/reports.ts";
import { readUnsubscribeLink, unsubscribe } from "../../lib/services/unsubscribe.ts";
import { listStored } from "../support/outbox.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld({ smtpUrl: "smtp://127.0.0.1:9" });
  projectId = world.project.id;
});
beforeEach(async () => {
  await world.database.pool.query("DELETE FROM alerts; DELETE FROM channels; DELETE FROM report_subscriptions");
});
afterAll(() => world.database.close());

function tokenFor(link: UnsubscribeLink, expiresIn = DAY): string {
  return world.services.links.sign(unsubscribeClaims(link), world.services.clock.now() + expiresIn);
}

const ofChannel = (channelId: string, to = "ops@example.org"): UnsubscribeLink => {
  return { about: "channel", channelId, address: addressDigest(to) };
};

const newMailChannel = async (name = "Ops"): Promise<string> =>
  (await createChannel(world.owner, { projectId, kind: "email", name, settings: { to: "ops@example.org" } })).id;

test("a report ends for the person it was sent to, and no other one", async () => {
  await saveReports(world.owner, { projectId, periods: ["day", "week"], timeZone: "UTC" });
  await saveReports(world.teammate, { projectId, periods: ["day"], timeZone: "UTC" });
  const userId = world.owner.actor.kind === "user" ? world.owner.actor.userId : "";
  const token = tokenFor({ about: "report", projectId, userId, period: "day" });
  const offer = { about: "report", project: "Night shift", period: "day" };
  expect(await readUnsubscribeLink(world.services, token)).toEqual({ ...offer, done: false });
  expect((await listReports(world.owner, { projectId })).subscriptions).toHaveLength(2);
  expect(await unsubscribe(world.services, token)).toEqual({ ...offer, done: true });
  expect(await unsubscribe(world.services, token)).toEqual({ ...offer, done: true });
  expect((await listReports(world.owner, { projectId })).subscriptions.map(({ period }) => period)).toEqual(["week"]);
  expect((await listReports(world.teammate, { projectId })).subscriptions).toHaveLength(1);
});

test("a mail channel that serves another project is told of there as well", async () => {
  const other = await createProject(world.owner, { name: "Day shift" });
  const channelId = await newMailChannel();
  await updateChannel(world.owner, { channelId, projects: [other.id] });
  await unsubscribe(world.services, tokenFor(ofChannel(channelId)));
  const told = await listStored(world.database);
  expect(told.map(({ event, recipient }) => [event, recipient])).toEqual([
    ["notice", "owner@example.org"],
    ["notice", "owner@example.org"],
  ]);
});

test("a mail channel is switched off, and the project's others are told once", async () => {
  const channelId = await newMailChannel();
  const others = await newMailChannel("Others");
  const token = tokenFor(ofChannel(channelId));
  expect(await readUnsubscribeLink(world.services, token)).toMatchObject({ channel: "Ops", to: "ops@example.org" });
  expect(await listStored(world.database)).toEqual([]);
  await Promise.all([unsubscribe(world.services, token), unsubscribe(world.services, token)]);
  expect(await unsubscribe(world.services, token)).toMatchObject({ done: true });
  const [channel] = await listChannels(world.owner, { projectId });
  expect(channel).toMatchObject({ enabled: false, unsubscribedAt: expect.any(Number) });
  expect(await listStored(world.database)).toMatchObject([
    {
      event: "notice",
      channelId: others,
      facts: { notice: "unsubscribed", channelId, channel: "Ops", to: "ops@example.org" },
    },
  ]);
  await updateChannel(world.owner, { channelId, enabled: true });
  expect((await listChannels(world.owner, { projectId }))[0]).toMatchObject({ enabled: true, unsubscribedAt: null });
});

test("the last channel of a project is told of to its owners by mail", async () => {
  await unsubscribe(world.services, tokenFor(ofChannel(await newMailChannel())));
  expect(await listStored(world.database)).toMatchObject([{ event: "notice", recipient: "owner@example.org" }]);
});

test("nothing else is switched off by a link: no channel that is none of mail, and by no old or other link", async () => {
  const settings = { url: "https://hooks.example.org/secret" };
  const webhook = await createChannel(world.owner, { projectId, kind: "webhook", settings });
  const [listed] = await listChannels(world.owner, { projectId });
  await unsubscribe(world.services, tokenFor(ofChannel(webhook.id, listed?.summary)));
  const mail = await newMailChannel();
  const { links, clock } = world.services;
  const bad = [
    tokenFor(ofChannel(mail), -1_000),
    links.sign({ for: "unsubscribe", channel: mail }, clock.now() + DAY),
    links.sign({ for: "act", channel: mail }, clock.now() + DAY),
    links.sign({ for: "unsubscribe", project: projectId, user: "x", period: "year" }, clock.now() + DAY),
    "",
  ];
  for (const token of bad) {
    await expect(unsubscribe(world.services, token)).rejects.toMatchObject({ code: "not-found" });
  }
  expect((await listChannels(world.owner, { projectId })).map(({ enabled }) => enabled)).toEqual([true, true]);
});

test("a mail to an address that a channel had before switches nothing off for those who read the present one", async () => {
  const channelId = await newMailChannel();
  const token = tokenFor(ofChannel(channelId));
  await world.database.pool.query("UPDATE channels SET summary = 'night@example.org' WHERE id = $1", [channelId]);
  await expect(readUnsubscribeLink(world.services, token)).rejects.toThrow(/another address/);
  await expect(unsubscribe(world.services, token)).rejects.toMatchObject({ code: "not-found" });
  expect((await listChannels(world.owner, { projectId }))[0]).toMatchObject({ enabled: true });
});

test("a channel that is gone is told as such", async () => {
  const token = tokenFor(ofChannel("00000000-0000-4000-8000-000000000000"));
  await expect(unsubscribe(world.services, token)).rejects.toThrow(/gone/);
});
