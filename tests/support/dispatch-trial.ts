import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createDispatch, type DispatchDeps } from "../../lib/checker/dispatch.ts";
import type { Loop } from "../../lib/checker/loop.ts";
import { type ChannelsOptions, openChannels } from "../../lib/delivery/kinds.ts";
import { openClock, type DatabaseClock } from "../../lib/store/clock.ts";
import { skipBackOff } from "./back-off.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { eventually } from "./eventually.ts";
import { addAlert, addIncident, addProject, TEST_LINKS, TEST_SECRETS } from "./outbox.ts";

/** Long enough for a few attempts on a busy machine. */
const SOON = 30_000;

/** Of one delivery, what became of it and how its attempts went, oldest first. */
export type Fate = {
  id: string;
  event: string;
  state: string;
  attempts: number;
  lastError: string | null;
  log: FateLine[];
};

export type FateLine = {
  accepted: boolean;
  status: number | null;
  answer: string;
  startedAt: number;
  tookMs: number;
};

/** The real dispatcher before receivers of all manners, with an empty database for each test. */
export type DispatchTrial = {
  database(): TestDatabase;
  clock(): DatabaseClock;
  /** A dispatcher of its own process, as far as the database can tell. */
  start(changes?: { channels?: Partial<ChannelsOptions>; deps?: Partial<DispatchDeps> }): Loop;
  /** Stops what was started. */
  stop(): Promise<void>;
  /** An alarm over a new channel, alone in its project. @returns the channel's id. */
  alarmOver(channel: { url: string } | { to: string }): Promise<string>;
  /** Resolves with the first delivery when it has come this far. Pauses between attempts pass at once meanwhile. */
  until(check: (fate: Fate) => void): Promise<Fate>;
};

export function useDispatch(): DispatchTrial {
  let database: TestDatabase | null = null;
  let clock: DatabaseClock | null = null;
  const stops: (() => Promise<void>)[] = [];
  const loops: Loop[] = [];
  const open = <T>(opened: T | null): T => {
    if (opened === null) throw new Error("Only within a test.");
    return opened;
  };
  const stop = async (): Promise<void> => {
    loops.length = 0;
    await Promise.all(stops.splice(0).map((end) => end()));
  };
  const skip = async (): Promise<void> => {
    if (await skipBackOff(open(database), open(clock))) for (const loop of loops) loop.wake();
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    clock = await openClock(database.pool);
  });
  beforeEach(() => open(database).pool.query("TRUNCATE projects, users, alerts CASCADE"));
  afterEach(stop);
  afterAll(() => open(database).close());
  return {
    stop,
    database: () => open(database),
    clock: () => open(clock),
    start({ channels: given = {}, deps = {} } = {}) {
      const mailFrom = "Belfry <belfry@example.org>";
      const channels = openChannels({ smtpUrl: null, mailFrom, allowPrivateTargets: ["127.0.0.0/8"], ...given });
      const loop = createDispatch({
        ...{ pool: open(database).pool, clock: open(clock), log: pino({ level: "silent" }), channels },
        ...{ secrets: TEST_SECRETS, links: TEST_LINKS, baseUrl: "https://belfry.example.org" },
        ...{ random: () => 0, stopGraceMs: 50, ...deps },
      });
      stops.push(async () => {
        await loop.stop();
        await channels.close();
      });
      loops.push(loop);
      loop.start();
      return loop;
    },
    async alarmOver(channel) {
      const { project, channelIds } = await addProject(open(database), [channel]);
      await addAlert(open(database), await addIncident(open(database), project, "db-backup"), "opened", channelIds);
      return channelIds[0] ?? "";
    },
    async until(check) {
      let fate: Fate | undefined;
      await eventually(async () => {
        [fate] = await listFates(open(database));
        expect(fate).toBeDefined();
        if (fate === undefined) return;
        try {
          check(fate);
        } catch (error) {
          if (fate.state === "pending" && fate.attempts > 0) await skip();
          throw error;
        }
      }, SOON);
      return open(fate ?? null);
    },
  };
}

/** Every delivery in the order of writing. */
export async function listFates({ pool }: TestDatabase): Promise<Fate[]> {
  const { rows } = await pool.query<Fate>(
    `SELECT d.id, a.event, d.state, d.attempts, d.last_error AS "lastError", coalesce((
       SELECT json_agg(json_build_object('accepted', m.accepted, 'status', m.status, 'answer', m.answer,
         'startedAt', extract(epoch FROM m.started_at) * 1000,
         'tookMs', extract(epoch FROM m.finished_at - m.started_at) * 1000) ORDER BY m.started_at)
       FROM message_deliveries l JOIN messages m ON m.id = l.message_id WHERE l.delivery_id = d.id
     ), '[]') AS log
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id ORDER BY d.ordinal`,
  );
  return rows;
}
