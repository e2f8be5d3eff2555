import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSweep } from "../../lib/checker/sweep.ts";
import { createZoneWatch, type ZoneWatch, type ZoneWatchDeps } from "../../lib/checker/zone-watch.ts";
import type { Limits, ScheduleSpec } from "../../lib/domain/job.ts";
import { DAY, HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { applyPing } from "../../lib/domain/transition.ts";
import { intlZone, setZoneSource } from "../../lib/domain/zone.ts";
import { createLog } from "../../lib/log.ts";
import { Recorder } from "../../lib/ping/record.ts";
import { openBus } from "../../lib/store/bus.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { createLiveUpdates } from "../../lib/store/live.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import { loadStates } from "../../lib/store/states.ts";
import { addTransition, openChange, saveTransitions } from "../../lib/store/transitions.ts";
import { findZoneVersion, saveZoneVersion } from "../../lib/store/zones.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { cron, makePing } from "../support/scenario.ts";

const WAY = { protocol: "native", disposition: "ignored" } as const;

const CITY = "Test/City";
/** At four in the morning of the city, where clocks are two hours ahead of UTC at first. */
const DAILY: ScheduleSpec = cron("0 4 * * *", CITY);
const GRACE = { graceMs: 30 * MINUTE };
const HEARD = Date.UTC(2026, 2, 1, 2);
const NOW = HEARD + 10 * HOUR;
const NEVER = new AbortController().signal;
const log = createLog("silent");
const listening = { ensureFresh: async () => {}, heardUntil: () => Infinity };

let database: TestDatabase;
let project: TestProject;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  putInForce(2 * HOUR);
  database = await createTestDatabase();
  project = await makeProject(database);
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await database.close();
  setZoneSource(intlZone);
});

function putInForce(offset: Millis): void {
  const clocks = { offsetAt: () => offset, nextTransition: () => null, prevTransition: () => null };
  setZoneSource((name) => (name === CITY ? { name, ...clocks } : null));
}

type Row = Record<string, unknown>;

async function rows(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

/** Jobs that were heard of at `HEARD`. */
async function makeHeardJobs(count: number, schedule = DAILY, limits: Partial<Limits> = GRACE): Promise<string[]> {
  const jobIds: string[] = [];
  for (let index = 0; index < count; index++) jobIds.push(await makeJob(database, project, { schedule, limits }));
  await inTransaction(database.pool, async (client) => {
    const changes = [...(await loadStates(client, jobIds)).values()].map((job) => {
      const change = openChange(job);
      addTransition(change, applyPing(change.state, makePing("success", HEARD), HEARD));
      return change;
    });
    await saveTransitions(client, changes, "exact");
  });
  return jobIds;
}

function watchZones(options: Partial<ZoneWatchDeps> = {}): ZoneWatch {
  const watch = createZoneWatch({
    ...{ pool: database.pool, log, version: "2026f", refresh: () => null, recounts: true },
    clock: { now: () => NOW, refresh: async () => {} },
    ...options,
  });
  closing.push(() => watch.stop());
  return watch;
}

const DUE = `SELECT s.next_slot_at, s.late_at, s.check_at FROM job_state s JOIN jobs j ON j.id = s.job_id ORDER BY j.created_at, j.id`;
const at = (slot: Instant) => ({
  next_slot_at: new Date(slot),
  late_at: new Date(slot),
  check_at: new Date(slot + GRACE.graceMs),
});

describe("at the start", () => {
  it("moves slots and deadlines where the release is not that of the last start, and notes it", async () => {
    await makeHeardJobs(1);
    await makeHeardJobs(1, { kind: "interval", everyMs: DAY });
    await makeHeardJobs(1, cron("0 4 * * *"));
    await saveZoneVersion(database.pool, "2026c");
    expect(await rows(DUE)).toEqual([at(HEARD + DAY), at(HEARD + DAY), at(HEARD + 2 * HOUR)]);
    putInForce(3 * HOUR);
    await watchZones().catchUp(NEVER);
    expect(await rows(DUE)).toEqual([at(HEARD + DAY - HOUR), at(HEARD + DAY), at(HEARD + 2 * HOUR)]);
    expect(await findZoneVersion(database.pool)).toBe("2026f");
  });

  it("moves nothing where the release is the same, or deadlines are another process's business", async () => {
    await makeHeardJobs(1);
    putInForce(3 * HOUR);
    await watchZones({ recounts: false }).catchUp(NEVER);
    expect(await findZoneVersion(database.pool)).toBeNull();
    await saveZoneVersion(database.pool, "2026f");
    await watchZones().catchUp(NEVER);
    expect(await rows(DUE)).toEqual([at(HEARD + DAY)]);
  });

  it("gets through any number of jobs, past those that cannot be read", async () => {
    const jobIds = await makeHeardJobs(450);
    await database.pool.query("UPDATE jobs SET schedule_expression = 'nonsense' WHERE id = $1", [jobIds[7]]);
    await database.pool.query(`UPDATE job_state SET memory = '{"v": -1}' WHERE job_id = $1`, [jobIds[9]]);
    putInForce(HOUR);
    await watchZones().catchUp(NEVER);
    const moved = await rows("SELECT 1 FROM job_state WHERE next_slot_at = $1", new Date(HEARD + DAY + HOUR));
    expect(moved).toHaveLength(448);
    expect(await findZoneVersion(database.pool)).toBe("2026f");
  });

  it("leaves it to the loop where the database is away just now", async () => {
    await makeHeardJobs(1);
    putInForce(3 * HOUR);
    await database.pool.query("ALTER TABLE settings RENAME TO settings_away");
    const watch = watchZones();
    await watch.catchUp(NEVER);
    await database.pool.query("ALTER TABLE settings_away RENAME TO settings");
    watch.start();
    await eventually(async () => expect(await findZoneVersion(database.pool)).toBe("2026f"), 10_000);
    expect(await rows(DUE)).toEqual([at(HEARD + DAY - HOUR)]);
  });
});

describe("while it runs", () => {
  it("moves them when new data is in force, and wakes the sweep for a deadline that came nearer", async () => {
    const [jobId = ""] = await makeHeardJobs(1, DAILY, { graceMs: 0 });
    await saveZoneVersion(database.pool, "2026f");
    // It is noticed one second before the slot at its new, earlier hour.
    const slot = HEARD + DAY - HOUR;
    const begun = performance.now();
    const clock = { now: () => Math.floor(slot - SECOND + performance.now() - begun), refresh: async () => {} };
    const bus = await openBus(database.url, log);
    const sweep = createSweep({ pool: database.pool, clock, log, bus, watch: listening });
    closing.push(() => Promise.all([sweep.stop(), bus.close()]));
    const heard: string[] = [];
    bus.on("belfry_check", (payload) => heard.push(payload));
    sweep.start();
    const found = ["2026g"];
    const refresh = (): string | null => {
      if (found.length > 0) putInForce(3 * HOUR);
      return found.pop() ?? null;
    };
    watchZones({ clock, refresh }).start();
    // Without the wake-up the sweep would look again with its poll, 5 s later.
    await eventually(async () => {
      const missed = await rows("SELECT slot_at FROM runs WHERE outcome = 'missed' AND job_id = $1", jobId);
      expect(missed).toEqual([{ slot_at: new Date(slot) }]);
    }, 4_500);
    expect(heard).toEqual([String(slot)]);
    expect(await findZoneVersion(database.pool)).toBe("2026g");
  });

  it("makes the next ping meet the moved slot, though its job was known to the process", async () => {
    const [jobId = ""] = await makeHeardJobs(1);
    const pipeline = openPipeline(database.pool, 1);
    const live = createLiveUpdates(database.pool);
    let now = HEARD + HOUR;
    const clock = { now: () => now, refresh: async () => {} };
    const recorder = new Recorder({ pipeline, clock, log, watch: listening, live });
    closing.push(async () => {
      live.close();
      await pipeline.end();
    });
    const record = async (): Promise<void> => {
      const blank = {
        ...{ userAgent: null, message: null, metrics: null },
        ...{ body: null, bodySize: 0, runNumber: null },
      };
      const ping = { ...makePing("success", now), ...blank, jobId, method: "GET", ...WAY };
      expect(await recorder.record([ping], NEVER)).toEqual(["stored"]);
    };
    await record();
    putInForce(3 * HOUR);
    await watchZones().catchUp(NEVER);
    now = HEARD + DAY - HOUR;
    await record();
    expect(await rows("SELECT slot_at FROM runs WHERE job_id = $1 ORDER BY number", jobId)).toEqual([
      { slot_at: new Date(HEARD) },
      { slot_at: null },
      { slot_at: new Date(now) },
    ]);
    expect(await rows(DUE)).toMatchObject([{ next_slot_at: new Date(now + DAY) }]);
  });
});
