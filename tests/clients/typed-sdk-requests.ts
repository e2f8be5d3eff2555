import { ANY_ID, item, lines, MINUTE, type Recorded } from "./recorded.ts";

const GO: Recorded = {
  client: "Go: an interval, thresholds, item lengths, another order of the keys in X-Sentry-Auth",
  requests: [
    {
      head: [
        "POST /api/{number}/envelope/ HTTP/1.1",
        "Host: {host}",
        "User-Agent: sentry.go/0.36.0",
        "Content-Length: {length}",
        "Content-Type: application/x-sentry-envelope",
        "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=sentry.go/0.36.0, sentry_key={key}",
        "Accept-Encoding: gzip",
      ],
      body: lines(
        '{"event_id":"3f2d3c4b5a69788796a5b4c3d2e1f001","sent_at":"2026-11-22T12:00:00.1+02:00","dsn":"{dsn}","sdk":{"name":"sentry.go","version":"0.36.0"},"trace":{}}',
        item(
          '{"type":"check_in","length":#}',
          '{"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0003","monitor_slug":"rates","status":"ok","duration":12.25,"release":"rates@3","environment":"production","monitor_config":{"schedule":{"type":"interval","value":2,"unit":"hour"},"checkin_margin":10,"max_runtime":20,"timezone":"UTC","failure_issue_threshold":4,"recovery_threshold":2}}',
        ),
        "",
      ),
      answer: { status: 200, id: "3f2d3c4b5a69788796a5b4c3d2e1f001" },
    },
  ],
  leaves: [
    {
      name: "rates",
      settings: {
        intervalMs: 120 * MINUTE,
        graceMs: 10 * MINUTE,
        maxRuntimeMs: 20 * MINUTE,
        failuresToOpen: 4,
        successesToClose: 2,
      },
      runs: [{ outcome: "ok", durationMs: 12_250 }],
    },
  ],
};

const JAVA: Recorded = {
  client: "Java under Quartz: no config, no spaces in X-Sentry-Auth, gzip, sessions beside the check-in",
  requests: [
    {
      head: [
        "POST /api/{number}/envelope/ HTTP/1.1",
        "User-Agent: sentry.java.spring-boot.jakarta/8.27.0",
        "X-Sentry-Auth: Sentry sentry_version=7,sentry_client=sentry.java.spring-boot.jakarta/8.27.0,sentry_key={key}",
        "Content-Encoding: gzip",
        "Content-Type: application/x-sentry-envelope",
        "Accept: application/json",
        "Connection: close",
        "Host: {host}",
        "Content-Length: {length}",
      ],
      compressed: "gzip",
      body: lines(
        '{"event_id":"4f2d3c4b5a69788796a5b4c3d2e1f001","sdk":{"name":"sentry.java.spring-boot.jakarta","version":"8.27.0"},"sent_at":"2026-11-22T10:00:00.000Z"}',
        item(
          '{"content_type":"application/json","type":"session","length":#}',
          '{"sid":"c0ffee00-0000-4000-8000-000000000001","init":true,"status":"ok","errors":0,"attrs":{"release":"r"}}',
        ),
        item(
          '{"content_type":"application/json","type":"check_in","length":#}',
          '{"check_in_id":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0004","monitor_slug":"DEFAULT.ReportJob","status":"error","duration":3.0,"release":null,"environment":"production","contexts":{"trace":{"trace_id":"aa","span_id":"bb","op":"default"}}}',
        ),
        "",
      ),
      answer: { status: 200, id: "4f2d3c4b5a69788796a5b4c3d2e1f001" },
    },
  ],
  leaves: [
    {
      name: "DEFAULT.ReportJob",
      settings: { schedule: "", intervalMs: null },
      runs: [{ outcome: "failed", durationMs: 3_000, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0004" }],
    },
  ],
};

const DOTNET_HEAD = [
  "POST /api/{number}/envelope/ HTTP/1.1",
  "Host: {host}",
  "X-Sentry-Auth: Sentry sentry_version=7,sentry_client=sentry.dotnet/5.16.0,sentry_key={key}",
  "Transfer-Encoding: chunked",
  "Content-Encoding: gzip",
];

const DOTNET: Recorded = {
  client: ".NET under Hangfire: gzip in chunks with neither length nor type, and no config ever",
  requests: [
    {
      head: DOTNET_HEAD,
      compressed: "gzip",
      chunkBytes: 64,
      body: lines(
        '{"sdk":{"name":"sentry.dotnet","version":"5.16.0"},"sent_at":"2026-11-22T10:00:00.0000000+00:00"}',
        item(
          '{"type":"check_in","length":#}',
          '{"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0005","monitor_slug":"PurgeSessions.Run","status":"in_progress","environment":"production"}',
        ),
        "",
      ),
      answer: { status: 200, id: ANY_ID },
    },
    {
      head: DOTNET_HEAD,
      compressed: "gzip",
      chunkBytes: 7,
      body: lines(
        '{"sdk":{"name":"sentry.dotnet","version":"5.16.0"},"sent_at":"2026-11-22T10:00:01.0000000+00:00"}',
        item(
          '{"type":"check_in","length":#}',
          '{"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0005","monitor_slug":"PurgeSessions.Run","status":"ok","duration":1.125,"environment":"production"}',
        ),
        "",
      ),
      answer: { status: 200, id: ANY_ID },
    },
  ],
  leaves: [
    {
      name: "PurgeSessions.Run",
      settings: { schedule: "", intervalMs: null },
      runs: [{ outcome: "ok", durationMs: 1_125, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0005" }],
    },
  ],
};

/** Of the SDKs for Go, Java and .NET; see script-sdk-requests.ts. */
export const TYPED_SDK_REQUESTS: readonly Recorded[] = [GO, JAVA, DOTNET];
