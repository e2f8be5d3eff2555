import type { Recorded, RecordedAnswer } from "./recorded.ts";

// Clients that say all in the address: Sentry's plain cron address, and Cronitor's telemetry.

const ACCEPTED: RecordedAnswer = { status: 202 };
const OK: RecordedAnswer = { status: 200 };

/** As Python's requests, which also Cronitor's and borgmatic's clients use. */
const get = (path: string, answer: RecordedAnswer): Recorded["requests"][number] => ({
  head: [
    `GET ${path} HTTP/1.1`,
    "Host: {host}",
    "User-Agent: python-requests/2.32.5",
    "Accept-Encoding: gzip, deflate",
    "Accept: */*",
    "Connection: keep-alive",
  ],
  answer,
});

const CRON = "/api/{number}/cron";

const SENTRY_CRON: readonly Recorded[] = [
  {
    client: "Sentry's cron address with the key in the path",
    requests: [
      get(`${CRON}/cron-in-path/{key}/?status=in_progress&check_in_id=aaaaaaaabbbb4ccc8dddeeeeeeee0020`, ACCEPTED),
      get(`${CRON}/cron-in-path/{key}/?status=ok&check_in_id=aaaaaaaabbbb4ccc8dddeeeeeeee0020&duration=2`, ACCEPTED),
    ],
    leaves: [
      {
        name: "cron-in-path",
        runs: [{ outcome: "ok", durationMs: 2_000, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0020" }],
      },
    ],
  },
  {
    client: "Sentry's cron address with the key in the query, an environment and no last slash",
    requests: [get(`${CRON}/cron-in-query?sentry_key={key}&status=error&environment=staging&duration=0.25`, ACCEPTED)],
    leaves: [{ name: "cron-in-query", environment: "staging", runs: [{ outcome: "failed", durationMs: 250 }] }],
  },
  {
    client: "Sentry's cron address with the check-in as its body",
    requests: [
      {
        head: [
          `POST ${CRON}/cron-with-body/{key}/ HTTP/1.1`,
          "Host: {host}",
          "User-Agent: curl/8.17.0",
          "Accept: */*",
          "Content-Type: application/json",
          "Content-Length: {length}",
        ],
        body: '{"monitor_config":{"schedule":{"type":"crontab","value":"0 * * * *"},"checkin_margin":5,"max_runtime":30,"timezone":"Asia/Tokyo"},"status":"ok","duration":0.5}',
        answer: ACCEPTED,
      },
    ],
    leaves: [
      {
        name: "cron-with-body",
        settings: { schedule: "0 * * * *", timeZone: "Asia/Tokyo", graceMs: 300_000, maxRuntimeMs: 1_800_000 },
        runs: [{ outcome: "ok", durationMs: 500 }],
      },
    ],
  },
];

const SERIES = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0";

const CRONITOR: readonly Recorded[] = [
  {
    client: "Cronitor's client for Python, to which absence is the word None",
    requests: [
      get(
        `/p/{pingKey}/import-orders?state=run&message=None&series=${SERIES}&host=web-1&env=None&metric=None&stamp={now}.25`,
        OK,
      ),
      get(
        `/p/{pingKey}/import-orders?state=complete&message=done&series=${SERIES}&host=web-1&metric=duration%3A1.5&metric=count%3A42&stamp={now}.75`,
        OK,
      ),
    ],
    leaves: [{ name: "import-orders", settings: { schedule: "" }, runs: [{ outcome: "ok", durationMs: 1_500 }] }],
  },
  {
    client: "Cronitor's command line program, with an exit status",
    requests: [
      {
        head: [
          "GET /p/{pingKey}/x7k2Qp?state=run&try=1&host=db-1&series={now}.11&stamp={now}.11&msg=pg_dump HTTP/1.1",
          "Host: {host}",
          "User-Agent: CronitorCLI/31.4",
          "Accept-Encoding: gzip",
        ],
        answer: OK,
      },
      {
        head: [
          "GET /p/{pingKey}/x7k2Qp?state=fail&try=1&host=db-1&series={now}.11&stamp={now}.91&duration=0.8&status_code=3&msg=disk%20full HTTP/1.1",
          "Host: {host}",
          "User-Agent: CronitorCLI/31.4",
          "Accept-Encoding: gzip",
        ],
        answer: OK,
      },
    ],
    leaves: [{ name: "x7k2Qp", runs: [{ outcome: "failed", durationMs: 800 }] }],
  },
  {
    client: "a heartbeat to Cronitor: no state at all, by HEAD",
    requests: [{ head: ["HEAD /p/{pingKey}/beat HTTP/1.1", "Host: {host}", "User-Agent: Wget/1.25.0"], answer: OK }],
    leaves: [{ name: "beat", runs: [{ outcome: "ok" }] }],
  },
];

export const ADDRESS_REQUESTS: readonly Recorded[] = [...SENTRY_CRON, ...CRONITOR];
