import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink, type SunkRequest } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";
import { type Pair, pingUntilTaken, startPair } from "../support/pair.ts";
import { LONG } from "../support/size.ts";

// A machine goes away: what people get is about the machine, not about each of its jobs. In real time.

const MINUTE = 60_000;
const JOBS = LONG ? 1_000 : 100;
/** The last tenth falls silent so much later. */
const LATER_MS = 12_000;
/** `every 20s` and a grace of 10 s. */
const MISSED_AFTER_MS = 30_000;
const AT_ONCE = 20;

type Told = { event: string; members?: { slug: string }[]; incident: { id: string } | null };

let pair: Pair;
let sink: HttpSink;
let project: TestProject;

beforeAll(async () => {
  [pair, sink] = await Promise.all([startPair(), startHttpSink()]);
  project = await makeProject(pair.database);
  await addChannel(pair.database, project, { url: `${sink.url}/hook` });
}, 2 * MINUTE);

afterAll(async () => {
  await pair?.stop();
  await sink?.close();
});

it(
  `${JOBS} jobs of one machine that fall silent are one message, follow-ups a minute apart, and one recovery`,
  { timeout: 6 * MINUTE },
  async () => {
    const slugs = Array.from({ length: JOBS }, (_, index) => `job-${index}`);
    const most = slugs.slice(0, JOBS * 0.9);
    const asked = "create=1&grace=10s&host=db-03&schedule=" + encodeURIComponent("every 20s");
    await pingEach(most, asked);
    await wait(LATER_MS);
    await pingEach(slugs.slice(most.length), asked);
    await wait(MISSED_AFTER_MS);
    await eventually(async () => expect(await countAlerts("opened")).toEqual({ told: JOBS, all: JOBS }), 2 * MINUTE);
    await pingEach(slugs, "host=db-03");
    await eventually(async () => expect(await countAlerts("resolved")).toEqual({ told: JOBS, all: JOBS }), MINUTE);

    const told = sink.requests.map(read);
    expect(told.map(({ event }) => event)).toEqual(["opened", ...told.slice(1, -1).map(() => "changed"), "resolved"]);
    expect(new Set(told.map(({ incident }) => incident?.id)).size).toBe(1);
    expect(told.length).toBeLessThanOrEqual(4);
    const gaps = sink.requests.slice(1, -1).map(({ at }, index) => at - (sink.requests[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE - 1_000);

    const alarmed = told.slice(0, -1).flatMap(({ members = [] }) => members.map(({ slug }) => slug));
    expect(alarmed.toSorted()).toEqual(slugs.toSorted());
    expect(
      told
        .at(-1)
        ?.members?.map(({ slug }) => slug)
        .toSorted(),
    ).toEqual(slugs.toSorted());
  },
);

async function pingEach(slugs: readonly string[], query: string): Promise<void> {
  for (let from = 0; from < slugs.length; from += AT_ONCE) {
    const some = slugs.slice(from, from + AT_ONCE);
    await Promise.all(some.map((slug) => pingUntilTaken(pair, `/ping/${project.pingKey}/${slug}?${query}`)));
  }
}

/** `told`: listed by a message that was accepted. */
async function countAlerts(event: string): Promise<{ told: number; all: number }> {
  const { rows } = await pair.database.pool.query<{ told: number; all: number }>(
    `SELECT count(*) AS all, count(*) FILTER (WHERE EXISTS (
       SELECT FROM deliveries d JOIN message_deliveries md ON md.delivery_id = d.id JOIN messages m ON m.id = md.message_id
       WHERE d.alert_id = a.id AND d.state = 'sent' AND m.accepted)) AS told
     FROM alerts a WHERE a.event = $1`,
    [event],
  );
  return rows[0] ?? { told: 0, all: 0 };
}

function read({ body }: SunkRequest): Told {
  return JSON.parse(body) as Told;
}
