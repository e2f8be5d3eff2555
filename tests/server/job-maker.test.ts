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

test("an unknown dialect is refused with those that there are", () => {
  expect(() => read({ dialect: "crond" })).toThrow(/"crond"; use one of auto, vixie, .*\.$/);
});

test("a first ping may say how long its scheduler dawdles, and is told what a duration looks like", () => {
  const request = { schedule: "0 2 * * *" };
  expect(read({ ...request, jitter: "5m" }).settings.limits.jitterMs).toBe(300_000);
  expect(read(request).settings.limits.jitterMs).toBe(0);
  expect(() => read({ ...request, jitter: "soon" })).toThrow('"soon" is no duration for the jitter');
});

test("a first ping may name what the job waits for", () => {
  expect(read({ upstreams: "db, staging/db," }).upstreams).toEqual([
    { environment: "production", slug: "db" },
    { environment: "staging", slug: "db" },
  ]);
  expect(read({}).upstreams).toEqual([]);
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
