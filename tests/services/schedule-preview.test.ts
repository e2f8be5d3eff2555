import { beforeAll, describe, expect, test } from "vitest";
import { DIALECTS } from "../../lib/domain/schedule/dialects.ts";
import { DAY, MINUTE } from "../../lib/domain/time.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob, listJobs, requireJob } from "../../lib/services/jobs.ts";
import { listDialects, previewSchedule } from "../../lib/services/schedule-preview.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

describe("a job's schedule", () => {
  test("keeps its dialect through an edit that does not name it", async () => {
    const { id } = await createJob(world.owner, {
      projectId,
      slug: "keeps-its-dialect",
      schedule: "0 2 * * *",
      dialect: "vixie",
    });
    await updateJob(world.owner, { jobId: id, grace: "5m" });
    const { form, reading, schedule } = await getJob(world.owner, { jobId: id });
    expect([form.dialect, reading.dialect, reading.guessed]).toEqual(["vixie", "vixie", false]);
    const { scheduleSince } = await requireJob(world.owner, id, "see");
    await updateJob(world.owner, { jobId: id, dialect: "auto" });
    const edited = await requireJob(world.owner, id, "see");
    expect(edited.schedule).toEqual({ ...schedule, dialect: "auto" });
    expect(edited.scheduleSince).toBeGreaterThan(scheduleSince);
  });

  test("is made and warned of where its schedule never runs", async () => {
    const { id, warnings } = await createJob(world.owner, { projectId, slug: "never-runs", schedule: "0 0 30 2 *" });
    expect(warnings).toEqual(["This never runs."]);
    const { reading, effectiveGraceMs } = await getJob(world.owner, { jobId: id });
    expect(reading).toMatchObject({ neverRuns: true, occurrences: [], sentence: "Never", warnings });
    expect(effectiveGraceMs).toBeNull();
    expect((await updateJob(world.owner, { jobId: id, schedule: "0 0 28 2 *" })).warnings).toEqual([]);
  });

  test("goes by the zone that its expression names", async () => {
    const { id } = await createJob(world.owner, {
      ...{ projectId, slug: "own-zone", dialect: "systemd", schedule: "*-*-* 02:00 Europe/Riga" },
      timeZone: "Asia/Tokyo",
    });
    const page = await getJob(world.owner, { jobId: id });
    expect(page).toMatchObject({ scheduleWords: "At 02:00 every day", timeZone: "Europe/Riga" });
    expect(page.reading).toMatchObject({
      sentence: "At 02:00 every day (Europe/Riga)",
      scheduler: expect.stringContaining("systemd"),
    });
    const { jobs } = await listJobs(world.owner, { projectId });
    expect(jobs.find((job) => job.id === id)).toMatchObject({ timeZone: "Europe/Riga" });
  });
});

describe("a schedule is shown while one types", () => {
  test("in words, with the next five", () => {
    const preview = previewSchedule(world.services, { schedule: "*/15 * * * *", dialect: "auto", timeZone: "UTC" });
    const reading = { sentence: "Every 15 minutes", guessed: true, scheduler: "Debian's cron", timeZone: "UTC" };
    expect(preview).toMatchObject({ ok: true, kind: "cron", reading });
    const next = preview.ok ? preview.reading.occurrences.map(({ at }) => at) : [];
    expect(next).toHaveLength(5);
    expect(next.map((at, index) => at - (next[index - 1] ?? at - 15 * MINUTE))).toEqual(Array(5).fill(15 * MINUTE));
  });

  test("intervals count from now, nothing is no schedule", () => {
    const { clock } = world.services;
    const before = clock.now();
    const preview = previewSchedule({ clock }, { schedule: "every 1d", dialect: "", timeZone: "" });
    expect(preview.ok && preview.reading.occurrences[0]?.at).toBeGreaterThanOrEqual(before + DAY);
    expect(previewSchedule({ clock }, { schedule: "", dialect: "auto", timeZone: "UTC" })).toMatchObject({
      ok: true,
      kind: "none",
      reading: { occurrences: [], scheduler: null },
    });
  });

  test.each([
    ["99 * * * *", "auto", "UTC", "schedule"],
    ["* * * * *", "vixie", "Nowhere/Land", "timeZone"],
    ["* * * * *", "crond", "UTC", "dialect"],
  ])("%j for %s in %s says what is wrong", (schedule, dialect, timeZone, field) => {
    expect(previewSchedule(world.services, { schedule, dialect, timeZone })).toEqual({
      ok: false,
      error: expect.stringMatching(/\S.*\.$/),
      field,
    });
  });
});

test("every scheduler may be chosen, and reads the example that is offered for it", () => {
  const choices = listDialects();
  expect(choices.map(({ name }) => name).toSorted()).toEqual(Object.keys(DIALECTS).toSorted());
  for (const { name, title, example } of choices) {
    expect(title).toMatch(/^\S.*\S$/);
    expect(previewSchedule(world.services, { schedule: example, dialect: name, timeZone: "UTC" })).toMatchObject({
      ok: true,
    });
  }
});
