import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { listShownSettings } from "../../lib/services/channel-settings.ts";
import { testChannel } from "../../lib/services/channel-trial.ts";
import { createChannel, listChannels, updateChannel } from "../../lib/services/channels.ts";
import { openIncident, planNow } from "../support/alerting.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { addMember, openWorld, type World } from "./world.ts";

let http: HttpSink;
let other: HttpSink;
let world: World;
let projectId: string;
let channelId: string;

beforeAll(async () => {
  [http, other] = await Promise.all([startHttpSink(), startHttpSink()]);
});
afterAll(() => Promise.all([http.close(), other.close()]));

beforeEach(async () => {
  http.reply(({ path }) => (path === "/old-secret" ? { status: 410, body: "gone" } : { status: 200, body: "ok" }));
  other.reply(() => ({ status: 200, body: "ok" }));
  world = await openWorld({ allowPrivateTargets: ["127.0.0.0/8"] });
  projectId = world.project.id;
  const settings = { url: `${http.url}/old-secret`, method: "PUT", headers: "X-Key: hidden-key" };
  channelId = (await createChannel(world.owner, { projectId, kind: "webhook", name: "Ops", settings })).id;
});

const change = (settings: Record<string, string | null>) => updateChannel(world.owner, { channelId, settings });
const shown = async () => (await listShownSettings(world.owner, { projectId })).get(channelId);
const channel = async () => (await listChannels(world.owner, { projectId }))[0];

async function lastCall() {
  expect(await testChannel(world.owner, { channelId })).toMatchObject({ ok: true });
  const call = http.requests.at(-1);
  return { path: call?.path, method: call?.method, key: call?.headers["x-key"] };
}

describe("settings of a channel", () => {
  test("are changed one by one, the others stay, and the new address is what a test reaches", async () => {
    expect(await change({ url: `${http.url}/new-secret` })).toEqual({
      id: channelId,
      warnings: [],
      settingsChanged: true,
    });
    expect(await lastCall()).toEqual({ path: "/new-secret", method: "PUT", key: "hidden-key" });
    await change({ method: "POST" });
    expect(await lastCall()).toEqual({ path: "/new-secret", method: "POST", key: "hidden-key" });
  });

  test("that are hidden stay where they are left empty, and go where null is written", async () => {
    await change({ url: `${http.url}/new-secret`, headers: " ", method: "" });
    expect(await lastCall()).toEqual({ path: "/new-secret", method: "POST", key: "hidden-key" });
    await change({ headers: null });
    expect(await lastCall()).toEqual({ path: "/new-secret", method: "POST", key: undefined });
  });

  test("that are those of before change nothing", async () => {
    expect(await change({ url: "", method: "PUT" })).toEqual({ id: channelId, warnings: [] });
  });

  test("are checked as those of a new channel, all at once", async () => {
    await expect(change({ url: "ftp://example.org" })).rejects.toMatchObject({ code: "invalid", field: "url" });
    await expect(change({ url: null })).rejects.toMatchObject({ code: "invalid", field: "url" });
    await expect(change({ token: "x" })).rejects.toMatchObject({ field: "token", message: /no setting "token"/ });
    expect(await lastState()).toEqual({ path: "/old-secret" });
  });

  async function lastState() {
    await testChannel(world.owner, { channelId });
    return { path: http.requests.at(-1)?.path };
  }

  test("show what is no secret, and of secrets only that they are there, to those who may change them", async () => {
    expect(await shown()).toEqual({ values: { method: "PUT" }, kept: ["url", "headers"] });
    await change({ url: `${http.url}/new-secret` });
    expect(JSON.stringify([await shown(), await channel()])).not.toMatch(/secret|hidden-key/);
    await expect(listShownSettings(world.teammate, { projectId })).rejects.toMatchObject({ code: "forbidden" });
    const settings = { url: `${http.url}/x` };
    await expect(updateChannel(world.teammate, { channelId, settings })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("never hand a secret to another server than the one that it was given to", async () => {
    const url = `${other.url}/collect`;
    await expect(change({ url })).rejects.toMatchObject({
      field: "headers",
      message: /another one now: write "Headers"/,
    });
    const written = [url.replace("//", "/"), url.replace("//", ""), url.replace("//", "\\\\"), url.toUpperCase()];
    for (const one of written) {
      await expect(change({ url: one })).rejects.toMatchObject({ field: "headers" });
    }
    await change({ template: `Look at ${url}` });
    await change({ url, headers: "X-Key: other-key" });
    await testChannel(world.owner, { channelId });
    expect(other.requests.at(-1)?.headers["x-key"]).toBe("other-key");
  });

  test("of a broken channel leave it marked until something arrives", async () => {
    await testChannel(world.owner, { channelId });
    expect(await channel()).toMatchObject({ brokenAt: expect.any(Number) });
    await change({ url: `${http.url}/new-secret` });
    expect(await channel()).toMatchObject({ brokenAt: expect.any(Number) });
    await testChannel(world.owner, { channelId });
    expect(await channel()).toMatchObject({ brokenAt: null });
  });

  test("that change let what waits for a further attempt leave now", async () => {
    await openIncident(world.database, world.project);
    await planNow(world.database);
    const waitsMs = async () =>
      (
        await world.database.pool.query<{ inMs: number }>(
          `SELECT extract(epoch FROM next_attempt_at - belfry_now())::float8 * 1000 AS "inMs" FROM deliveries`,
        )
      ).rows[0]?.inMs;
    await world.database.pool.query(
      "UPDATE deliveries SET attempts = 6, next_attempt_at = belfry_now() + interval '30 minutes'",
    );
    await change({ method: "PUT" });
    expect(await waitsMs()).toBeGreaterThan(20 * MINUTE);
    await change({ url: `${http.url}/new-secret` });
    expect(await waitsMs()).toBeLessThanOrEqual(0);
  });
});

test("programs are changed by operators alone, who alone see what they are called with", async () => {
  const { owner, teammate, database, project } = await openWorld({ shellChannels: true });
  await addMember(database, project.id, teammate, "admin");
  const made = { projectId: project.id, kind: "shell", settings: { program: "/bin/true", arguments: "--key" } };
  const { id } = await createChannel(owner, made);
  const settings = { program: "/bin/false" };
  await expect(updateChannel(teammate, { channelId: id, settings })).rejects.toMatchObject({ code: "forbidden" });
  expect(await updateChannel(owner, { channelId: id, settings })).toMatchObject({ settingsChanged: true });
  const asked = { projectId: project.id };
  expect((await listShownSettings(teammate, asked)).get(id)).toEqual({ values: {}, kept: [] });
  expect((await listShownSettings(owner, asked)).get(id)?.values).toEqual({ ...settings, arguments: "--key" });
});
