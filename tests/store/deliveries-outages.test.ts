import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createBundles } from "../../lib/domain/alerting/bundles.ts";
import type { JobAlertEvent } from "../../lib/domain/incident.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { ClaimedDelivery } from "../../lib/store/deliveries.ts";
import { type DeliveryResult, recordResults } from "../../lib/store/deliveries-results.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, type TestIncident } from "../support/outbox.ts";
import { NOW, pending } from "../support/pending.ts";
import { claim, emptyQueue, LEASE, SENT } from "../support/queue.ts";

let database: TestDatabase;
let project: TestProject;
let channels: string[];
let incidents: Map<string, TestIncident>;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  const queue = await emptyQueue(database);
  project = queue.project;
  channels = [queue.one, queue.two];
  incidents = new Map();
});

/** One alert of a job, in a message of an outage. */
type Written = { job: string; message: string; outageId: string | null; channel?: string };

/** Writes them in order; the first of each message leads it. @returns the ids of the messages' leads. */
async function write(...all: Written[]): Promise<Map<string, string>> {
  const leads = new Map<string, string>();
  for (const { job, message, outageId, channel = channels[0] ?? "" } of all) {
    const incident = incidents.get(job) ?? (await addIncident(database, project));
    incidents.set(job, incident);
    const [id = ""] = await addAlert(database, incident, "opened", [channel]);
    const lead = leads.get(message);
    leads.set(message, lead ?? id);
    await database.pool.query(
      `WITH written AS (UPDATE deliveries SET lead_id = $2, outage_id = $3 WHERE id = $1 RETURNING *)
       UPDATE alerts a SET sequence = written.ordinal + 1 FROM written WHERE a.id = written.alert_id`,
      [id, lead ?? null, outageId],
    );
  }
  return leads;
}

async function claimed(): Promise<string[]> {
  return (await claim(database)).map(({ id }) => id);
}

function record(one: ClaimedDelivery | undefined, outcome: DeliveryResult["outcome"]) {
  if (one === undefined) throw new Error("Nothing was claimed.");
  return recordResults(database.pool, [{ id: one.id, attempt: one.attempt, outcome, message: null }], {
    mailWorks: false,
  });
}

test("messages of one outage leave one after the other over a channel, others side by side", async () => {
  const [outageId, other] = [randomUUID(), randomUUID()];
  const leads = await write(
    { job: "a", message: "first", outageId },
    { job: "b", message: "first", outageId },
    { job: "c", message: "next", outageId },
    { job: "d", message: "mail", outageId, channel: channels[1] },
    { job: "e", message: "other", outageId: other },
    { job: "f", message: "alone", outageId: null },
  );
  const [first, ...rest] = await claim(database);
  const ids = ["first", "mail", "other", "alone"].map((name) => leads.get(name));
  expect([first, ...rest].map((one) => one?.id)).toEqual(ids);
  await record(first, { state: "retry", at: Date.now() + MINUTE, error: "503" });
  expect(await claimed()).toEqual([]);
  await offsetClock(database, LEASE - SECOND);
  expect(await claimed()).toEqual([]);
  await offsetClock(database, 2 * MINUTE);
  const again = await claim(database);
  expect(again.map(({ id }) => id)).not.toContain(leads.get("next"));
  await record(
    again.find(({ id }) => id === first?.id),
    SENT,
  );
  expect(await claimed()).toEqual([leads.get("next")]);
});

test("what was put off on purpose holds up nothing of its outage", async () => {
  const outageId = randomUUID();
  const leads = await write({ job: "a", message: "late", outageId }, { job: "b", message: "now", outageId });
  await database.pool.query(
    "UPDATE deliveries SET lag_from = NULL, next_attempt_at = belfry_now() + interval '1 hour' WHERE id = $1",
    [leads.get("late")],
  );
  expect(await claimed()).toEqual([leads.get("now")]);
  await offsetClock(database, 61 * MINUTE);
  expect(await claimed()).toEqual([leads.get("late")]);
});

test("a message that waits for one of its outage because of a job does not keep it waiting, and leaves after it", async () => {
  const outageId = randomUUID();
  const leads = await write(
    { job: "b", message: "alarms", outageId },
    { job: "a", message: "recovery", outageId },
    { job: "a", message: "alarms", outageId },
  );
  const [recovery, ...others] = await claim(database);
  expect([recovery?.id, others]).toEqual([leads.get("recovery"), []]);
  expect(await claimed()).toEqual([]);
  await record(recovery, SENT);
  expect(await claimed()).toEqual([leads.get("alarms")]);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "whatever is written and whoever dies, all leaves, and of an outage one at a time (%i)",
  async (seed) => {
    const random = randomOf(seed);
    const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
    const bundleOf = createBundles(randomUUID);
    const outages = [randomUUID(), randomUUID(), null] as const;
    const all = Array.from({ length: 24 }, (): Written => {
      const job = pick(["a", "b", "c", "d", "e"]);
      const event = pick<JobAlertEvent>(["opened", "changed", "resolved"]);
      const outageId = pick(outages);
      const bundle = bundleOf({ alert: pending(job, { event }), outageId, to: "ops", at: NOW, onlyIf: null });
      return { job, message: bundle ?? randomUUID(), outageId };
    });
    const messages = await write(...all);
    const outageOf = new Map(all.map(({ message, outageId }) => [messages.get(message), outageId]));
    let underWay: ClaimedDelivery[] = [];
    let done = 0;
    for (let round = 1; done < messages.size; round += 1) {
      underWay.push(...(await claim(database)));
      const busy = underWay.flatMap(({ id }) => outageOf.get(id) ?? []);
      expect(new Set(busy).size).toBe(busy.length);
      expect(underWay).not.toEqual([]);
      if (random() < 0.1) {
        await offsetClock(database, round * MINUTE);
        underWay = [];
      } else {
        await record(underWay.splice(Math.floor(random() * underWay.length), 1)[0], SENT);
        done += 1;
      }
    }
    const { rows } = await database.pool.query("SELECT FROM deliveries WHERE state <> 'sent'");
    expect(rows).toEqual([]);
  },
);

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
