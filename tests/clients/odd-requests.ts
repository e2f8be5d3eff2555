import { ANY_ID, item, lines, MINUTE, type Recorded } from "./recorded.ts";

// What the protocol allows and some client does: every way to authenticate, to encode and to frame.

const QUERY = "sentry_version=7&sentry_key={key}&sentry_client=sentry.javascript.node%2F11.12.0";
const POST_WITH_QUERY = `POST /api/{number}/envelope/?${QUERY} HTTP/1.1`;
const AUTH = "X-Sentry-Auth: Sentry sentry_key={key}, sentry_version=7, sentry_client=sentry-cli/x86_64";

const checkIn = (name: string, rest: string): string =>
  `{"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0010","monitor_slug":"${name}",${rest}}`;

const oneGood = (name: string): string =>
  lines("{}", item('{"type":"check_in","length":#}', checkIn(name, '"status":"ok","duration":0.5')), "");

const GOOD_RUN = { outcome: "ok", durationMs: 500 };

/** One good check-in, sent in an odd way. */
function oddly(name: string, request: Omit<Recorded["requests"][number], "answer">): Recorded {
  const body = request.body ?? oneGood(name);
  return {
    client: name,
    requests: [{ ...request, body, answer: { status: 200, id: ANY_ID } }],
    leaves: [{ name, runs: [GOOD_RUN] }],
  };
}

const head = (requestLine: string, ...headers: string[]): string[] => [
  requestLine,
  "Host: {host}",
  ...headers,
  "Content-Length: {length}",
];
const BARE = "POST /api/{number}/envelope/ HTTP/1.1";

const AUTHENTICATED: readonly Recorded[] = [
  oddly("the key in X-Sentry-Auth", { head: head(BARE, AUTH) }),
  oddly("the key in Authorization", {
    head: head(BARE, "Authorization: Sentry sentry_version=7,  sentry_key={key}"),
  }),
  oddly("the key in the query", { head: head(POST_WITH_QUERY) }),
  oddly("the key in the DSN of the envelope", {
    head: head(BARE, "Content-Type: text/plain;charset=UTF-8", "Origin: http://localhost:8080"),
    body: oneGood("the key in the DSN of the envelope").replace("{}", '{"dsn":"{dsn}"}'),
  }),
];

const ENCODED: readonly Recorded[] = [
  ...(["gzip", "br", "deflate"] as const).map((encoding) =>
    oddly(`encoded as ${encoding}`, { head: head(BARE, AUTH, `Content-Encoding: ${encoding}`), compressed: encoding }),
  ),
  oddly("encoded as identity", { head: head(BARE, AUTH, "Content-Encoding: identity") }),
  oddly("encoded as nothing at all", { head: head(BARE, AUTH, "Content-Encoding:") }),
  oddly("encoded in upper case", { head: head(BARE, AUTH, "content-encoding: GZIP"), compressed: "gzip" }),
];

const FRAMED: readonly Recorded[] = [
  oddly("an address without the last slash", { head: head("POST /api/{number}/envelope HTTP/1.1", AUTH) }),
  oddly("in chunks without length and type", {
    head: [POST_WITH_QUERY, "Host: {host}", "Transfer-Encoding: chunked"],
    chunkBytes: 11,
  }),
  oddly("without the length of the item, without a last newline", {
    head: head(BARE, AUTH),
    body: lines(
      "{}",
      '{"type":"check_in"}',
      checkIn("without the length of the item, without a last newline", '"status":"ok","duration":0.5'),
    ),
  }),
  oddly("lines that end as in Windows", {
    head: head(BARE, AUTH),
    body: `{}\r\n{"type":"check_in"}\r\n${checkIn("lines that end as in Windows", '"status":"ok","duration":0.5')}\r\n`,
  }),
  {
    client: "several check-ins between other items, whose payloads hold newlines",
    requests: [
      {
        head: head(BARE, AUTH),
        body: lines(
          '{"event_id":"8f2d3c4b5a69788796a5b4c3d2e1f001"}',
          item('{"type":"event","length":#}', '{"message":"one\n{\\"type\\":\\"check_in\\"}\ntwo"}'),
          item('{"type":"check_in","length":#}', checkIn("first of two", '"status":"ok","duration":0.5')),
          '{"type":"client_report"}',
          '{"timestamp":1795343245,"discarded_events":[]}',
          '{"type":"check_in"}',
          checkIn("second of two", '"status":"error","duration":0.5'),
          item('{"type":"log","item_count":1,"content_type":"application/vnd.sentry.items.log+json","length":#}', "{}"),
          "",
        ),
        answer: { status: 200, id: "8f2d3c4b5a69788796a5b4c3d2e1f001" },
      },
    ],
    leaves: [
      { name: "first of two", runs: [GOOD_RUN] },
      { name: "second of two", runs: [{ outcome: "failed", durationMs: 500 }] },
    ],
  },
  {
    client: "an envelope without any check-in",
    requests: [
      {
        head: head(POST_WITH_QUERY),
        body: lines('{"sent_at":"2026-11-22T10:27:55.008Z"}', '{"type":"session"}', '{"sid":"b7b3bc6a","init":true}'),
        answer: { status: 200, id: ANY_ID },
      },
    ],
    leaves: [],
  },
];

const send = (body: string): Recorded["requests"][number] => ({
  head: head(BARE, AUTH),
  body: lines("{}", item('{"type":"check_in","length":#}', body), ""),
  answer: { status: 200, id: ANY_ID },
});

const SEQUENCES: readonly Recorded[] = [
  {
    client: "an end before its start, with the config in the start alone",
    requests: [
      send(checkIn("end first", '"status":"ok","duration":1.5')),
      send(
        checkIn(
          "end first",
          '"status":"in_progress","monitor_config":{"schedule":{"type":"crontab","value":"0 4 * * *"},"max_runtime":5}',
        ),
      ),
    ],
    leaves: [
      {
        name: "end first",
        settings: { schedule: "0 4 * * *", maxRuntimeMs: 5 * MINUTE },
        runs: [{ outcome: "ok", durationMs: 1_500 }],
      },
    ],
  },
  {
    client: "an end with an id of zeros, which means the latest run in progress",
    requests: [
      send(checkIn("zeros", '"status":"in_progress"')),
      send('{"check_in_id":"00000000000000000000000000000000","monitor_slug":"zeros","status":"error","duration":0.5}'),
    ],
    leaves: [
      {
        name: "zeros",
        runs: [{ outcome: "failed", durationMs: 500, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0010" }],
      },
    ],
  },
  {
    client: "an end without an id",
    requests: [
      send('{"monitor_slug":"without id","status":"in_progress"}'),
      send('{"check_in_id":null,"monitor_slug":"without id","status":"ok","duration":0.5,"environment":null}'),
    ],
    leaves: [{ name: "without id", runs: [GOOD_RUN] }],
  },
  {
    client: "an interval whose value is a text, and thresholds that are none",
    requests: [
      send(
        checkIn(
          "texts",
          '"status":"ok","duration":0.5,"monitor_config":{"schedule":{"type":"interval","value":"3","unit":"day"},"checkin_margin":"7","max_runtime":"","failure_issue_threshold":0,"recovery_threshold":-1,"timezone":""}',
        ),
      ),
    ],
    leaves: [
      {
        name: "texts",
        settings: { intervalMs: 3 * 24 * 60 * MINUTE, graceMs: 7 * MINUTE, maxRuntimeMs: null, failuresToOpen: 1 },
        runs: [GOOD_RUN],
      },
    ],
  },
  {
    client: "a schedule that nobody understands: the check-in counts all the same",
    requests: [
      send(
        checkIn(
          "no schedule at all",
          '"status":"ok","duration":0.5,"monitor_config":{"schedule":{"type":"crontab","value":"whenever"},"timezone":"Mars/Olympus"}',
        ),
      ),
    ],
    leaves: [{ name: "no schedule at all", settings: { schedule: "" }, runs: [GOOD_RUN] }],
  },
  {
    client: "one name in two environments",
    requests: [
      send(checkIn("everywhere", '"status":"ok","duration":0.5')),
      send(checkIn("everywhere", '"status":"error","duration":0.5,"environment":"staging"')),
    ],
    leaves: [
      { name: "everywhere", runs: [GOOD_RUN] },
      { name: "everywhere", environment: "staging", runs: [{ outcome: "failed", durationMs: 500 }] },
    ],
  },
];

export const ODD_REQUESTS: readonly Recorded[] = [...AUTHENTICATED, ...ENCODED, ...FRAMED, ...SEQUENCES];
