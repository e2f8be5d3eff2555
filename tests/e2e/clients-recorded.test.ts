import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADDRESS_REQUESTS } from "../clients/address-requests.ts";
import { Belfry } from "../clients/belfry.ts";
import { ODD_REQUESTS } from "../clients/odd-requests.ts";
import { bytesOf, exchange, type RawAnswer } from "../clients/raw-request.ts";
import { ANY_ID, type Recorded, type RecordedAnswer } from "../clients/recorded.ts";
import { SCRIPT_SDK_REQUESTS } from "../clients/script-sdk-requests.ts";
import { TYPED_SDK_REQUESTS } from "../clients/typed-sdk-requests.ts";

// For clients that cannot be installed: their requests, byte for byte, over a raw connection.

type RunRow = { outcome: string; durationMs: number | null; runId: string | null };

let belfry: Belfry;

beforeAll(async () => {
  belfry = await Belfry.start();
}, 60_000);
afterAll(() => belfry?.stop());

describe.each([
  ["what SDKs send to Sentry", [...SCRIPT_SDK_REQUESTS, ...TYPED_SDK_REQUESTS]],
  ["what the protocol of Sentry allows", ODD_REQUESTS],
  ["what clients say in addresses alone", ADDRESS_REQUESTS],
])("%s", (_, all) => {
  it.each(all.map((recorded) => [recorded.client, recorded] as const))("%s", (_client, recorded) => replay(recorded));
});

async function replay({ requests, leaves }: Recorded): Promise<void> {
  const url = new URL(belfry.dsn);
  const values = {
    host: url.host,
    number: url.pathname.slice(1),
    key: url.username,
    dsn: belfry.dsn,
    pingKey: belfry.pingKey,
    now: String(Math.floor(Date.now() / 1_000)),
  };
  for (const { answer: wanted, ...request } of requests) {
    expectAnswer(await exchange(Number(url.port), bytesOf(request, values)), wanted);
  }
  for (const { name, environment, settings = {}, runs } of leaves) {
    const job = await belfry.job(name, environment);
    expect(job).toMatchObject(settings);
    const rows = await belfry.program.query<RunRow>(
      `SELECT outcome, duration_ms::float8 AS "durationMs", run_id AS "runId" FROM runs
       WHERE job_id = $1 AND started_at IS NOT NULL ORDER BY number`,
      [job.id],
    );
    expect(rows).toMatchObject(runs);
  }
}

function expectAnswer({ status, headers, body }: RawAnswer, wanted: RecordedAnswer): void {
  expect({ status, body }).toMatchObject({ status: wanted.status });
  if (wanted.id === undefined) return;
  const { id } = JSON.parse(body) as { id: string };
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(id).toMatch(wanted.id === ANY_ID ? /^[0-9a-f]{32}$/ : new RegExp(`^${wanted.id}$`));
}
