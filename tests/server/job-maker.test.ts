import fc from "fast-check";
import { expect, test } from "vitest";
import { type CreationRequest, PLAIN_CREATION } from "../../lib/ping/event.ts";
import { readJob } from "../../lib/server/job-maker.ts";
import type { NewJobRecord } from "../../lib/store/jobs.ts";

function read(request: Partial<CreationRequest>): NewJobRecord {
  const address = { kind: "slug", key: "k", slug: "backup", environment: null } as const;
  return readJob(address, { ...PLAIN_CREATION, ...request });
}

test("a first ping that asks for nothing makes a job without a schedule", () => {
  const settings = { slug: "backup", schedule: { kind: "none" }, allChannels: true, environment: "production" };
  expect(read({})).toMatchObject({ settings, code: null });
});

test("a first ping may name schedule, dialect and zone", () => {
  const request = { schedule: "0 2 * * *", timeZone: "Europe/Riga" };
  const schedule = { kind: "cron", dialect: "auto", expression: "0 2 * * *", timeZone: "Europe/Riga" };
  expect(read(request).settings.schedule).toEqual(schedule);
  expect(read({ ...request, dialect: "vixie" }).settings.schedule).toEqual({ ...schedule, dialect: "vixie" });
});

test("an unknown dialect or zone leaves the schedule out, which would mean other times, and says which there are", () => {
  const dialect = read({ schedule: "0 2 * * *", dialect: "crond", grace: "5m" });
  expect(dialect.settings).toMatchObject({ schedule: { kind: "none" }, limits: { graceMs: 300_000 } });
  expect(dialect.leftOut).toEqual([
    {
      field: "schedule",
      asked: "0 2 * * * (crond, UTC)",
      problem: expect.stringMatching(/"crond"; use one of auto, .*\.$/),
    },
  ]);
  const zone = read({ timeZone: "Mars/Base" });
  expect(zone.leftOut).toEqual([
    { field: "schedule", asked: "Mars/Base", problem: expect.stringContaining("Mars/Base") },
  ]);
});

test("a first ping may say how long its scheduler dawdles, and is told what a duration looks like", () => {
  const request = { schedule: "0 2 * * *" };
  expect(read({ ...request, jitter: "5m" }).settings.limits.jitterMs).toBe(300_000);
  expect(read(request).settings.limits.jitterMs).toBe(0);
  expect(read(request).leftOut).toEqual([]);
  const odd = read({ ...request, jitter: "soon", maxRuntime: "later" });
  expect(odd.settings).toMatchObject({ schedule: { kind: "cron" }, limits: { jitterMs: 0, maxRuntimeMs: null } });
  expect(odd.leftOut).toEqual([
    { field: "maxRuntime", asked: "later", problem: expect.stringContaining("no duration") },
    { field: "jitter", asked: "soon", problem: '"soon" is no duration for the jitter; write 90s, 5m, 2h or 1d.' },
  ]);
});

test("a first ping may name what the job waits for", () => {
  expect(read({ upstreams: "db, staging/db," }).upstreams).toEqual([
    { environment: "production", slug: "db" },
    { environment: "staging", slug: "db" },
  ]);
  expect(read({}).upstreams).toEqual([]);
});

test("a job that shall wait for itself waits for the others only, and says why", () => {
  const { upstreams, leftOut } = read({ upstreams: "db,backup,production/backup" });
  expect(upstreams).toEqual([{ environment: "production", slug: "db" }]);
  expect(leftOut).toEqual([{ field: "upstreams", asked: "backup", problem: "A job cannot wait for itself." }]);
});

test("a first ping may name tags, between commas or blanks, and too many are left out", () => {
  expect(read({ tags: "web, db nightly,,web" }).settings.tags).toEqual(["web", "db", "nightly"]);
  const many = read({ tags: Array.from({ length: 21 }, (_, index) => `t${index}`).join(",") });
  expect(many.settings.tags).toEqual([]);
  expect(many.leftOut).toEqual([
    { field: "tags", asked: expect.stringMatching(/^t0, t1/), problem: "At most 20 tags fit." },
  ]);
});

test("a first ping makes a job whatever it asks for, and what is kept of that can be stored", () => {
  const text = fc.option(fc.string({ unit: "binary", maxLength: 40 }));
  const request = fc.record({
    ...{ schedule: text, dialect: text, timeZone: text, grace: text, maxRuntime: text, jitter: text },
    ...{ tags: text, upstreams: text },
  });
  fc.assert(
    fc.property(request, (asked) => {
      const { settings, leftOut = [] } = read(asked);
      expect(settings).toMatchObject({ slug: "backup", name: "backup" });
      for (const { asked: sent, problem } of leftOut) {
        // oxlint-disable-next-line no-control-regex -- they are what must not be there
        expect(sent + problem).not.toMatch(/[\u0000-\u001f]|\p{Surrogate}/u);
      }
    }),
  );
});

test("what code asks of its job is kept with it, and what makes no sense of it is left out", () => {
  const code = { digest: "d1" };
  const read1 = read({ schedule: "0 2 * * *", maxRuntime: "5m", code });
  expect(read1.settings.schedule).toMatchObject({ kind: "cron", expression: "0 2 * * *" });
  expect(read1.code).toEqual({ request: { schedule: "0 2 * * *", maxRuntime: "5m" }, digest: "d1" });
  const read2 = read({ schedule: "61 * * * *", maxRuntime: "5m", code });
  expect(read2.settings).toMatchObject({ schedule: { kind: "none" }, limits: { maxRuntimeMs: 300_000 } });
  expect(read2.code?.request).toMatchObject({ schedule: "61 * * * *" });
});
