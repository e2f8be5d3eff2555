import { beforeEach, describe, expect, test } from "vitest";
import type { DatabaseClock } from "../../lib/store/clock.ts";
import type { TestDatabase } from "../support/database.ts";
import { SOON, tryDispatchers } from "../support/dispatchers.ts";
import { eventually } from "../support/eventually.ts";
import type { HttpSink } from "../support/http-sink.ts";
import { addAlert, addIncident, listStored } from "../support/outbox.ts";

const { start, surroundings, untilAll, webhooks } = tryDispatchers();

let database: TestDatabase;
let clock: DatabaseClock;
let sink: HttpSink;

beforeEach(() => {
  ({ database, clock, sink } = surroundings());
});

describe("leases and stopping", () => {
  test("what takes longer than a lease is kept by renewing it", async () => {
    const { project, channelIds } = await webhooks("/slow");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    sink.reply(async () => {
      await released;
      return { status: 200 };
    });
    start({ leaseMs: 1_500 });
    start({ leaseMs: 1_500 });
    await sink.received(1);
    const firstLeaseEnds = clock.now() + 1_500;
    await eventually(() => expect(clock.now()).toBeGreaterThan(firstLeaseEnds + 1_500), SOON);
    release();
    await untilAll("sent");
    expect(sink.requests).toHaveLength(1);
    expect(await listStored(database)).toMatchObject([{ attempts: 1 }]);
  });

  test("a stop hands back what has not left and breaks off what hangs; the next process goes on", async () => {
    const { project, channelIds } = await webhooks("/hook");
    for (let index = 0; index < 12; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", channelIds);
    }
    sink.reply(() => "silent");
    const loop = start();
    await sink.received(4);
    await loop.stop();
    const stored = await listStored(database);
    expect(stored.map(({ state }) => state)).toEqual(Array(12).fill("pending"));
    expect(stored.filter(({ attempts }) => attempts === 1)).toHaveLength(4);
    sink.reply(() => ({ status: 200 }));
    start();
    await untilAll("sent");
  });
});
