import { gzipSync } from "node:zlib";
import fc from "fast-check";

/** Where generated requests may go. */
export type Targets = { jobId: string; pingKey: string; slug: string; dsnKey: string };

/** A request as bytes, and how many pings it may store. */
export type WildRequest = { bytes: Buffer; head: boolean; least: number; most: number };

type Arbitrary<T> = fc.Arbitrary<T>;

const BYTES = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
const TEXT = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom("\0", "\ud800", "\u2028", "NaN", "-0", "1e999", "None", "null", "9".repeat(400), "../..", "%", "'"),
);
const NUMBER = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 63, 1e308));
const UUID = fc.uuid();

const PARAMETERS = [
  ...["rid", "create", "msg", "host", "at", "duration", "metric", "schedule", "tz", "grace", "max_runtime", "jitter"],
  ...["dialect", "state", "series", "env", "environment", "message", "stamp", "status_code", "try", "status", "ping"],
  ...["check_in_id", "sentry_key", "apiKey", "m", "s", "count", "__proto__", "constructor"],
];

function keyed(values: readonly string[]): Arbitrary<string> {
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: TEXT.map(escape) });
}

/** Percent-encoded where it has to be; a lone surrogate as its replacement. */
function escape(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

const QUERY: Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARAMETERS) }, TEXT.map(escape)),
      fc.oneof(
        TEXT.map(escape),
        NUMBER.map(String),
        UUID,
        fc.constantFrom("1", "%", "%zz", "%ff%00", "a:1", "*/5+*+*+*+*"),
      ),
    ),
    { maxLength: 8 },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.join("=")).join("&")}`));

function paths({ jobId, pingKey, slug, dsnKey }: Targets): Arbitrary<string> {
  const job = fc.oneof(
    { weight: 5, arbitrary: fc.constant(jobId) },
    {
      weight: 5,
      arbitrary: fc.tuple(keyed([pingKey]), keyed([slug, "made-1", "made-2"])).map((pair) => pair.join("/")),
    },
    { weight: 1, arbitrary: TEXT.map(escape) },
  );
  const prefix = fc.constantFrom("/ping/", "/p/", "/", "/start/", "/finish/", "/api/push/", "/api/v1/heartbeat/");
  const ending = fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    {
      weight: 4,
      arbitrary: fc.constantFrom("/start", "/fail", "/0", "/7", "/999", "/log", "/skip", "/", "//", "/%", "/run"),
    },
    { weight: 1, arbitrary: TEXT.map((text) => `/${escape(text)}`) },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(prefix, job, ending).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: keyed([slug]).map((name) => `/v2/heartbeats/${name}/ping?apiKey=${pingKey}`) },
    { weight: 2, arbitrary: keyed([slug]).map((name) => `/api/1/cron/${name}/${dsnKey}/`) },
  );
}

// oxlint-disable-next-line no-control-regex -- these end a header, or the whole request
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/g;

const HEADERS: Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom(
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "Content-Type",
            "Content-Encoding",
            "Referer",
            "X-Y",
            "Authorization",
          ),
          fc.oneof(
            fc.string({ maxLength: 80 }),
            BYTES.map((bytes) => bytes.toString("latin1")),
            fc.ipV6(),
            fc.ipV4(),
          ),
        )
        .map(([name, value]) => `${name}: ${value.replaceAll(CONTROLS, "")}`),
      fc.constantFrom(
        "X-Forwarded-For: , ,,127.0.0.1",
        "Expect: 100-continue",
        "Expect: x",
        "Upgrade: h2c",
        "Accept: text/html",
      ),
    ),
    { maxLength: 6 },
  )
  .map((lines) => lines.map((line) => `${line}\r\n`).join(""));

/** Framing and body; `sound`: it is as HTTP wants it. */
const BODIES: Arbitrary<{ framing: string; body: Buffer; sound: boolean }> = fc.oneof(
  fc.constant({ framing: "", body: Buffer.alloc(0), sound: true }),
  BYTES.map((body) => ({ framing: `Content-Length: ${body.length}\r\n`, body, sound: true })),
  BYTES.map((body) => ({ framing: `Content-Length: ${body.length}\r\n`, body: gzipSync(body), sound: false })),
  fc.array(BYTES, { maxLength: 5 }).map((chunks) => ({
    framing: "Transfer-Encoding: chunked\r\n",
    body: Buffer.concat([...chunks.filter((chunk) => chunk.length > 0).map(chunked), Buffer.from("0\r\n\r\n")]),
    sound: true,
  })),
  BYTES.map((body) => ({ framing: "Transfer-Encoding: chunked\r\n", body, sound: false })),
  fc
    .constantFrom("Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: -5\r\n", "Transfer-Encoding: x\r\n")
    .map((framing) => ({ framing, body: Buffer.from("hello"), sound: false })),
);

function chunked(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

const METHOD = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("GET", "POST", "HEAD") },
  { weight: 1, arbitrary: fc.constantFrom("OPTIONS", "PUT", "DELETE", "PATCH", "PURGE", "TRACE") },
);

/** One request of one ping at most. @param agent by which what it stores is found again. */
export function wildPings(targets: Targets, agent: string): Arbitrary<WildRequest> {
  return fc
    .record({ method: METHOD, path: paths(targets), query: QUERY, headers: HEADERS, content: BODIES })
    .map(({ method, path, query, headers, content }) => {
      const head = `${method} ${path}${path.includes("?") ? "" : query} HTTP/1.1\r\nUser-Agent: ${agent}\r\nHost: x\r\n`;
      const bytes = Buffer.concat([
        Buffer.from(`${head}${headers}${content.framing}Connection: close\r\n\r\n`, "latin1"),
        content.body,
      ]);
      return { bytes, head: method === "HEAD", least: content.sound ? 1 : 0, most: 1 };
    });
}

/** Stands for arrays in arrays, deeper than most would look and than `JSON.stringify` could go. */
const DEEP = "arrays in arrays";

function jsonOf(value: unknown): Buffer {
  const levels = 20_000;
  return Buffer.from(JSON.stringify(value).replaceAll(`"${DEEP}"`, () => "[".repeat(levels) + "]".repeat(levels)));
}

const JSON_VALUE = fc.oneof(TEXT, NUMBER, fc.constant(null), fc.jsonValue({ maxDepth: 3 }), fc.constant(DEEP));

function checkIns({ slug }: Targets): Arbitrary<unknown> {
  const schedule = fc.oneof(
    JSON_VALUE,
    fc.record(
      { type: fc.constantFrom("crontab", "interval", "x"), value: JSON_VALUE, unit: JSON_VALUE },
      { requiredKeys: [] },
    ),
  );
  const config = fc.oneof(
    JSON_VALUE,
    fc.record(
      {
        schedule,
        timezone: JSON_VALUE,
        checkin_margin: JSON_VALUE,
        max_runtime: JSON_VALUE,
        failure_issue_threshold: JSON_VALUE,
      },
      { requiredKeys: [] },
    ),
  );
  return fc.record(
    {
      monitor_slug: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(slug, "sdk-1", "sdk-2") }, JSON_VALUE),
      status: fc.oneof({ weight: 4, arbitrary: fc.constantFrom("ok", "error", "in_progress") }, JSON_VALUE),
      check_in_id: fc.oneof(UUID, JSON_VALUE),
      duration: JSON_VALUE,
      environment: JSON_VALUE,
      monitor_config: config,
    },
    { requiredKeys: [] },
  );
}

const PACKINGS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ["", (bytes) => bytes],
  ["gzip", (bytes) => gzipSync(bytes)],
  ["gzip", (bytes) => bytes],
  ["br", (bytes) => bytes],
  ["", (bytes) => gzipSync(bytes)],
];

/** An envelope with any number of check-ins, and one that is certainly a ping where it is sound. */
export function wildEnvelopes(targets: Targets, agent: string): Arbitrary<WildRequest> {
  const junk = fc.oneof(
    BYTES,
    TEXT.map(Buffer.from),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  );
  const item = fc.oneof(
    { weight: 3, arbitrary: checkIns(targets).map((value) => itemOf("check_in", jsonOf(value))) },
    { weight: 1, arbitrary: fc.tuple(TEXT, junk).map(([type, payload]) => itemOf(type, payload)) },
    { weight: 1, arbitrary: junk.map((payload) => Buffer.concat([payload, Buffer.from("\n")])) },
  );
  const sure = itemOf("check_in", jsonOf({ monitor_slug: targets.slug, status: "ok" }));
  return fc
    .record({
      header: fc.constantFrom("{}", '{"event_id":"x"}'),
      items: fc.array(item, { maxLength: 5 }),
      packing: fc.constantFrom(...PACKINGS),
    })
    .map(({ header, items, packing: [encoding, pack] }) => {
      const body = pack(Buffer.concat([Buffer.from(`${header}\n`), sure, ...items]));
      const head = `POST /api/1/envelope/?sentry_key=${targets.dsnKey} HTTP/1.1\r\nUser-Agent: ${agent}\r\nHost: x\r\n`;
      const rest = `Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
      return { bytes: Buffer.concat([Buffer.from(head + rest), body]), head: false, least: 1, most: 1 + items.length };
    });
}

function itemOf(type: string, payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${JSON.stringify({ type, length: payload.length })}\n`),
    payload,
    Buffer.from("\n"),
  ]);
}
