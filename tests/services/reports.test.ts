import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GRACE_LINK_LIFE_MS, type GraceLink, graceClaims } from "../../lib/domain/reports/grace-link.ts";
import { DAY, HOUR, MINUTE } from "../../lib/domain/time.ts";
import { applyGraceLink, readGraceLink } from "../../lib/services/grace-links.ts";
import { createChannel } from "../../lib/services/channels.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { listReports, previewReport, saveReports } from "../../lib/services/reports.ts";
import { addMember, openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld({ smtpUrl: "smtp://127.0.0.1:9" });
  projectId = world.project.id;
});
beforeEach(async () => {
  await world.database.pool.query("DELETE FROM report_subscriptions; DELETE FROM jobs; DELETE FROM channels");
});
afterAll(() => world.database.close());

describe("who gets which report", () => {
  test("is each person's own choice", async () => {
    await saveReports(world.owner, { projectId, periods: ["week", "day"], timeZone: "europe/riga" });
    const { subscriptions } = await saveReports(world.teammate, { projectId, periods: ["month"], timeZone: "UTC" });
    expect(subscriptions.map(({ period, timeZone }) => [period, timeZone])).toEqual([["month", "UTC"]]);
    const own = await listReports(world.owner, { projectId });
    expect(own.unavailable).toBeNull();
    expect(own.subscriptions.map(({ period, timeZone }) => [period, timeZone])).toEqual([
      ["day", "Europe/Riga"],
      ["week", "Europe/Riga"],
    ]);
    for (const { nextAt } of own.subscriptions) {
      expect(nextAt).toBeGreaterThan(world.services.clock.now());
      expect([5, 6]).toContain(new Date(nextAt).getUTCHours());
    }
    await saveReports(world.owner, { projectId, periods: [], timeZone: "UTC" });
    expect((await listReports(world.owner, { projectId })).subscriptions).toEqual([]);
  });

  test("is nothing to strangers, and says what is wrong", async () => {
    const choice = { projectId, periods: ["day"], timeZone: "UTC" };
    await expect(saveReports(world.stranger, choice)).rejects.toMatchObject({ code: "not-found" });
    await expect(saveReports(world.owner, { ...choice, timeZone: "Europe/Rga" })).rejects.toMatchObject({
      code: "invalid",
      field: "timeZone",
      message: expect.stringContaining("Europe/Riga"),
    });
    await expect(saveReports(world.owner, { ...choice, periods: ["year"] })).rejects.toMatchObject({ field: "period" });
  });

  test("is said for others on the command line only, and for members only", async () => {
    const choice = { projectId, periods: ["day"], timeZone: "UTC" };
    const { subscriptions } = await saveReports(world.system, { ...choice, email: "Teammate@example.org" });
    expect(subscriptions).toHaveLength(1);
    expect((await listReports(world.teammate, { projectId })).subscriptions).toHaveLength(1);
    for (const email of ["stranger@example.org", "nobody@example.org"]) {
      await expect(saveReports(world.system, { ...choice, email })).rejects.toMatchObject({ code: "not-found" });
    }
  });

  test("cannot be chosen where no mail can be sent, with the fix", async () => {
    const owner = { ...world.owner, config: { ...world.owner.config, smtpUrl: null } };
    await expect(saveReports(owner, { projectId, periods: ["day"], timeZone: "UTC" })).rejects.toThrow(/SMTP_URL/);
    expect((await listReports(owner, { projectId })).unavailable).toMatch(/SMTP_URL/);
  });
});

test("a report names mail channels as broken where no mail can be sent, with the fix", async () => {
  const { owner } = world;
  await createChannel(owner, { projectId, kind: "email", name: "Ops mail", settings: { to: "ops@example.org" } });
  await createJob(owner, { projectId, slug: "backup" });
  const told = async (smtpUrl: string | null) => {
    const ctx = { ...owner, config: { ...owner.config, smtpUrl } };
    const { facts } = await previewReport(ctx, { projectId, period: "day", timeZone: "UTC" });
    return { broken: facts.broken.top, untold: facts.untold.top.map(({ name }) => name) };
  };
  expect(await told("smtp://127.0.0.1:9")).toEqual({ broken: [], untold: [] });
  expect(await told(null)).toEqual({
    broken: [{ name: "Ops mail", kind: "E-mail", reason: expect.stringContaining("SMTP_URL") }],
    untold: ["backup"],
  });
});

test("a report can be looked at before it is asked for, by members only", async () => {
  await createJob(world.owner, { projectId, slug: "backup", schedule: "0 2 * * *" });
  const { content, facts } = await previewReport(world.teammate, { projectId, period: "day", timeZone: "Asia/Tokyo" });
  expect(content.title).toBe("Your day in Night shift");
  expect(facts).toMatchObject({ mayChange: false, totals: { jobs: 1 }, fallback: ["owner@example.org"] });
  expect(facts.to - facts.from).toBe(DAY);
  expect(content.lead[0]).toMatch(/^Belfry was installed on .*; there is nothing to tell of the time before\.$/);
  const asked = { projectId, period: "day", timeZone: "UTC" };
  await expect(previewReport(world.stranger, asked)).rejects.toMatchObject({ code: "not-found" });
  await expect(previewReport(world.owner, { ...asked, period: "hour" })).rejects.toMatchObject({ field: "period" });
});

describe("a grace that a report proposes", () => {
  const FIVE = 5 * MINUTE;

  async function newJob(grace = "5m"): Promise<string> {
    return (await createJob(world.owner, { projectId, slug: "backup", schedule: "0 * * * *", grace })).id;
  }

  function tokenFor(jobId: string, changes: Partial<GraceLink> = {}, expiresIn = GRACE_LINK_LIFE_MS): string {
    const userId = world.owner.actor.kind === "user" ? world.owner.actor.userId : "";
    const claims = graceClaims({ jobId, userId, graceMs: FIVE, proposedMs: 20 * MINUTE, ...changes });
    return world.services.links.sign(claims, world.services.clock.now() + expiresIn);
  }

  const graceOf = async (jobId: string) => (await getJob(world.owner, { jobId })).limits.graceMs;

  test("is shown without a change, and in force with one", async () => {
    const jobId = await newJob();
    const token = tokenFor(jobId);
    const offer = { jobId, job: "backup", project: "Night shift", graceMs: FIVE, proposedMs: 20 * MINUTE };
    expect(await readGraceLink(world.services, token)).toEqual({ ...offer, state: "open" });
    expect(await graceOf(jobId)).toBe(FIVE);
    expect(await applyGraceLink(world.services, token)).toMatchObject({ state: "done", graceMs: 20 * MINUTE });
    expect(await graceOf(jobId)).toBe(20 * MINUTE);
    expect(await applyGraceLink(world.services, token)).toMatchObject({ state: "done" });
  });

  test("takes the place of the default too", async () => {
    const jobId = await newJob("");
    await applyGraceLink(world.services, tokenFor(jobId, { graceMs: 12 * MINUTE }));
    expect(await graceOf(jobId)).toBe(20 * MINUTE);
  });

  test("undoes nothing that a person has set since", async () => {
    const jobId = await newJob();
    await updateJob(world.owner, { jobId, grace: "1h" });
    const token = tokenFor(jobId);
    expect(await readGraceLink(world.services, token)).toMatchObject({ state: "changed" });
    await expect(applyGraceLink(world.services, token)).rejects.toMatchObject({ code: "conflict" });
    expect(await graceOf(jobId)).toBe(HOUR);
  });

  test("is for whom the report was sent to, as long as that person may change jobs", async () => {
    const jobId = await newJob();
    const userId = world.teammate.actor.kind === "user" ? world.teammate.actor.userId : "";
    const token = tokenFor(jobId, { userId });
    await expect(applyGraceLink(world.services, token)).rejects.toMatchObject({ code: "forbidden" });
    await addMember(world.database, projectId, world.teammate, "member");
    await applyGraceLink(world.services, token);
    expect(await graceOf(jobId)).toBe(20 * MINUTE);
    await addMember(world.database, projectId, world.teammate, "viewer");
    const stranger = world.stranger.actor.kind === "user" ? world.stranger.actor.userId : "";
    await expect(readGraceLink(world.services, tokenFor(jobId, { userId: stranger }))).rejects.toMatchObject({
      code: "not-found",
    });
  });

  test("ends with its link, and no other link does for it", async () => {
    const jobId = await newJob();
    const other = world.services.links.sign(
      { for: "act", do: "mute", incident: jobId },
      world.services.clock.now() + DAY,
    );
    for (const token of [tokenFor(jobId, {}, -1_000), other, "", "x".repeat(80)]) {
      await expect(applyGraceLink(world.services, token)).rejects.toMatchObject({ code: "not-found" });
    }
    expect(await graceOf(jobId)).toBe(FIVE);
  });
});
