import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seenClaims } from "../../lib/domain/seen-link.ts";
import { DAY } from "../../lib/domain/time.ts";
import { createChannel, updateChannel } from "../../lib/services/channels.ts";
import { confirmSeen, listDrills, readSeenLink, setDrillRhythm, startDrill } from "../../lib/services/drills.ts";
import { findFallback } from "../../lib/services/fallback.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { addMember, openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld({ smtpUrl: "smtp://127.0.0.1:9" });
  projectId = world.project.id;
});
beforeEach(async () => {
  await world.database.pool.query("DELETE FROM drills; DELETE FROM alerts; DELETE FROM channels");
});
afterAll(() => world.database.close());

async function newChannel(name: string): Promise<string> {
  const settings = { url: "https://hooks.example.org/secret" };
  return (await createChannel(world.owner, { projectId, kind: "webhook", name, settings })).id;
}

describe("a drill", () => {
  test("goes to every channel that is on, and the page says what became of each", async () => {
    const [, off] = [await newChannel("Ops"), await newChannel("Off")];
    await updateChannel(world.owner, { channelId: off, enabled: false });
    const { id, messages } = await startDrill(world.owner, { projectId });
    expect(messages).toBe(1);
    const { drills, fallback } = await listDrills(world.teammate, { projectId });
    expect(fallback).toBeNull();
    expect(drills).toMatchObject([
      {
        ...{ id, requestedBy: "owner" },
        results: [{ to: "Ops", kindLabel: "Webhook", state: "pending", attempts: 0, sentAt: null, seenAt: null }],
      },
    ]);
  });

  test("is started by members, and by nobody who only looks", async () => {
    await newChannel("Ops");
    await expect(startDrill(world.teammate, { projectId })).rejects.toMatchObject({ code: "forbidden" });
    await expect(startDrill(world.stranger, { projectId })).rejects.toMatchObject({ code: "not-found" });
    await expect(listDrills(world.stranger, { projectId })).rejects.toMatchObject({ code: "not-found" });
    await addMember(world.database, projectId, world.teammate, "member");
    expect(await startDrill(world.teammate, { projectId })).toMatchObject({ messages: 1 });
    await addMember(world.database, projectId, world.teammate, "viewer");
  });

  test("of a project without channels goes to its owners, and says so", async () => {
    expect(await findFallback(world.teammate, { projectId })).toEqual(["owner@example.org"]);
    await startDrill(world.system, { projectId });
    const { drills, fallback } = await listDrills(world.owner, { projectId });
    expect(fallback).toEqual(["owner@example.org"]);
    expect(drills[0]).toMatchObject({
      requestedBy: "the command line",
      results: [{ channelId: null, to: "owner@example.org", kind: "email" }],
    });
  });

  test("a job of a project without channels says who gets its alarms by mail", async () => {
    const { id: jobId } = await createJob(world.owner, { projectId, slug: "backup" });
    expect((await getJob(world.owner, { jobId })).nobodyTold).toMatch(/alarms go by mail to owner@example\.org/);
    const owner = { ...world.owner, config: { ...world.owner.config, smtpUrl: null } };
    expect((await getJob(owner, { jobId })).nobodyTold).toMatch(/^Nobody would be told/);
    await newChannel("Ops");
    expect((await getJob(world.owner, { jobId })).nobodyTold).toBeNull();
  });

  test("that nobody would get is none", async () => {
    const owner = { ...world.owner, config: { ...world.owner.config, smtpUrl: null } };
    await expect(startDrill(owner, { projectId })).rejects.toMatchObject({ code: "conflict" });
    expect((await listDrills(owner, { projectId })).drills).toEqual([]);
    expect(await findFallback(owner, { projectId })).toEqual([]);
  });
});

describe("the link in a drill's message", () => {
  async function start(): Promise<{ deliveryId: string; token: string }> {
    await newChannel("Ops");
    await startDrill(world.owner, { projectId });
    const { drills } = await listDrills(world.owner, { projectId });
    const deliveryId = drills[0]?.results[0]?.deliveryId ?? "";
    return { deliveryId, token: world.services.links.sign(seenClaims(deliveryId), world.services.clock.now() + DAY) };
  }

  const seen = async () => (await listDrills(world.owner, { projectId })).drills[0]?.results[0];

  test("says nothing when it is looked at, and that somebody saw it when it is confirmed", async () => {
    const { token } = await start();
    expect(await readSeenLink(world.services, token)).toMatchObject({
      project: "Night shift",
      to: "Ops",
      seenAt: null,
    });
    expect(await seen()).toMatchObject({ seenAt: null });
    const userId = world.teammate.actor.kind === "user" ? world.teammate.actor.userId : "";
    await confirmSeen(world.services, token, userId);
    await confirmSeen(world.services, token, null);
    expect(await seen()).toMatchObject({ seenAt: expect.any(Number), seenBy: "teammate" });
    expect(await readSeenLink(world.services, token)).toMatchObject({ seenAt: expect.any(Number) });
  });

  test("works for whoever is not signed in", async () => {
    const { token } = await start();
    await confirmSeen(world.services, token, null);
    expect(await seen()).toMatchObject({ seenAt: expect.any(Number), seenBy: null });
  });

  test("does nothing for other deliveries, other links and old ones", async () => {
    const { deliveryId } = await start();
    const { links, clock } = world.services;
    const tokens = [
      links.sign(seenClaims(deliveryId), clock.now() - 1_000),
      links.sign(seenClaims("00000000-0000-4000-8000-000000000000"), clock.now() + DAY),
      links.sign({ for: "act", delivery: deliveryId }, clock.now() + DAY),
      "nonsense",
    ];
    for (const token of tokens) {
      await expect(confirmSeen(world.services, token, null)).rejects.toMatchObject({ code: "not-found" });
    }
    expect(await seen()).toMatchObject({ seenAt: null });
  });
});

describe("how often a project drills by itself", () => {
  test("is said by those who may change the project", async () => {
    const asked = { projectId, every: "month", timeZone: "Europe/Riga" };
    await expect(setDrillRhythm(world.teammate, asked)).rejects.toMatchObject({ code: "forbidden" });
    const { nextAt } = await setDrillRhythm(world.owner, asked);
    expect(new Date(nextAt ?? 0).getUTCDay()).toBe(2);
    expect(await listDrills(world.teammate, { projectId })).toMatchObject({ every: "month", nextAt });
    expect(await setDrillRhythm(world.owner, { ...asked, every: "never" })).toEqual({ every: "never", nextAt: null });
  });

  test("is one of four", async () => {
    await expect(setDrillRhythm(world.owner, { projectId, every: "hour" })).rejects.toMatchObject({ field: "every" });
    const wrong = { projectId, every: "week", timeZone: "Nowhere" };
    await expect(setDrillRhythm(world.owner, wrong)).rejects.toMatchObject({ field: "timeZone" });
  });
});
