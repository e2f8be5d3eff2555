import { item, lines, MINUTE, type Recorded } from "./recorded.ts";

// Requests of SDKs that cannot be installed here, as they put them on the wire: which headers, in which order and
// spelling, which framing and encoding, which fields and which nulls.

const PYTHON_HEAD = [
  "POST /api/{number}/envelope/ HTTP/1.1",
  "Host: {host}",
  "Accept-Encoding: identity",
  "Content-Length: {length}",
  "User-Agent: sentry.python.celery/2.46.0",
  "X-Sentry-Auth: Sentry sentry_key={key}, sentry_version=7, sentry_client=sentry.python.celery/2.46.0",
  "Content-Type: application/x-sentry-envelope",
];
const PYTHON_CONFIG =
  '"monitor_config":{"schedule":{"type":"crontab","value":"*/10 * * * *"},"timezone":"Europe/Riga","max_runtime":15,"checkin_margin":3}';

const PYTHON: Recorded = {
  client: "Python under Celery Beat: gzip, then brotli; item lengths; the config with both check-ins",
  requests: [
    {
      head: [...PYTHON_HEAD, "Content-Encoding: gzip"],
      compressed: "gzip",
      body: lines(
        '{"event_id":"1f2d3c4b5a69788796a5b4c3d2e1f001","sent_at":"2026-11-22T10:00:00.101010Z","trace":{"trace_id":"5b2a7c2f8e0d4d1f9f0b7c1d2e3f4a5b","environment":"production","release":"shop@2.1.0","public_key":"{key}"}}',
        item(
          '{"type":"check_in","content_type":"application/json","length":#}',
          `{"type":"check_in","monitor_slug":"shop.tasks.close_orders","check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0001","status":"in_progress","duration":null,"environment":"production","release":"shop@2.1.0",${PYTHON_CONFIG},"event_id":"1f2d3c4b5a69788796a5b4c3d2e1f001","timestamp":"2026-11-22T10:00:00.100000Z","contexts":{"trace":{"trace_id":"5b2a7c2f8e0d4d1f9f0b7c1d2e3f4a5b","span_id":"91a2b3c4d5e6f708"}},"platform":"python"}`,
        ),
        "",
      ),
      answer: { status: 200, id: "1f2d3c4b5a69788796a5b4c3d2e1f001" },
    },
    {
      head: [...PYTHON_HEAD, "Content-Encoding: br"],
      compressed: "br",
      body: lines(
        '{"event_id":"1f2d3c4b5a69788796a5b4c3d2e1f002","sent_at":"2026-11-22T10:00:04.202020Z"}',
        item(
          '{"type":"check_in","content_type":"application/json","length":#}',
          `{"type":"check_in","monitor_slug":"shop.tasks.close_orders","check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0001","status":"ok","duration":4.5,"environment":"production","release":"shop@2.1.0",${PYTHON_CONFIG},"platform":"python"}`,
        ),
        "",
      ),
      answer: { status: 200, id: "1f2d3c4b5a69788796a5b4c3d2e1f002" },
    },
  ],
  leaves: [
    {
      name: "shop.tasks.close_orders",
      settings: { schedule: "*/10 * * * *", timeZone: "Europe/Riga", graceMs: 3 * MINUTE, maxRuntimeMs: 15 * MINUTE },
      runs: [{ outcome: "ok", durationMs: 4_500, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0001" }],
    },
  ],
};

const RUBY_HEAD = [
  "POST /api/{number}/envelope/ HTTP/1.1",
  "Content-Type: application/x-sentry-envelope",
  "User-Agent: sentry-ruby/5.28.0",
  "Content-Encoding: ",
  "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=sentry-ruby/5.28.0, sentry_timestamp={now}, sentry_key={key}",
  "Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
  "Accept: */*",
  "Connection: keep-alive",
  "Keep-Alive: 30",
  "Host: {host}",
  "Content-Length: {length}",
];

const RUBY: Recorded = {
  client: "Ruby under sidekiq-cron: an empty encoding, no item lengths, six fields of which the last became the zone",
  requests: [
    {
      head: RUBY_HEAD,
      body: lines(
        '{"event_id":"2f2d3c4b5a69788796a5b4c3d2e1f001","dsn":"{dsn}","sdk":{"name":"sentry.ruby.sidekiq","version":"5.28.0"},"sent_at":"2026-11-22T10:00:00Z"}',
        '{"type":"check_in","content_type":"application/json"}',
        '{"event_id":"2f2d3c4b5a69788796a5b4c3d2e1f001","level":"error","timestamp":"2026-11-22T10:00:00Z","environment":"production","server_name":"worker-1","modules":null,"message":"","user":{},"tags":{},"contexts":{},"extra":{},"fingerprint":[],"breadcrumbs":null,"platform":"ruby","sdk":{"name":"sentry.ruby.sidekiq","version":"5.28.0"},"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0002","monitor_slug":"sweep_carts","status":"in_progress","monitor_config":{"schedule":{"type":"crontab","value":"*/30 * * * *"},"timezone":"*"}}',
      ),
      answer: { status: 200, id: "2f2d3c4b5a69788796a5b4c3d2e1f001" },
    },
    {
      head: RUBY_HEAD,
      body: lines(
        '{"event_id":"2f2d3c4b5a69788796a5b4c3d2e1f002","dsn":"{dsn}","sdk":{"name":"sentry.ruby.sidekiq","version":"5.28.0"},"sent_at":"2026-11-22T10:00:01Z"}',
        '{"type":"check_in","content_type":"application/json"}',
        '{"event_id":"2f2d3c4b5a69788796a5b4c3d2e1f002","environment":"production","platform":"ruby","check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0002","monitor_slug":"sweep_carts","duration":0.75,"status":"error","monitor_config":{"schedule":{"type":"crontab","value":"*/30 * * * *"},"timezone":"*"}}',
      ),
      answer: { status: 200, id: "2f2d3c4b5a69788796a5b4c3d2e1f002" },
    },
  ],
  leaves: [
    {
      name: "sweep_carts",
      settings: { schedule: "*/30 * * * * *" },
      runs: [{ outcome: "failed", durationMs: 750, runId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0002" }],
    },
  ],
};

const PHP: Recorded = {
  client: "PHP under Laravel: an empty release, an empty unit, nulls, escaped slashes, a name with spaces and a slash",
  requests: [
    {
      head: [
        "POST /api/{number}/envelope/ HTTP/1.1",
        "Host: {host}",
        "User-Agent: sentry.php.laravel/4.19.0",
        "Accept: */*",
        "Content-Type: application/x-sentry-envelope",
        "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=sentry.php.laravel/4.19.0, sentry_key={key}",
        "Content-Length: {length}",
      ],
      body: lines(
        '{"event_id":"6f2d3c4b5a69788796a5b4c3d2e1f001","sent_at":"2026-11-22T10:00:00Z","dsn":"{dsn}","sdk":{"name":"sentry.php.laravel","version":"4.19.0"}}',
        '{"content_type":"application\\/json","type":"check_in"}',
        '{"check_in_id":"aaaaaaaabbbb4ccc8dddeeeeeeee0006","monitor_slug":"scheduled_app\\/reports send --daily","status":"ok","duration":2.5,"release":"","environment":"production","monitor_config":{"schedule":{"type":"crontab","value":"15 *\\/6 * * 1-5","unit":""},"checkin_margin":null,"max_runtime":30,"timezone":"America\\/New_York","failure_issue_threshold":null,"recovery_threshold":null}}',
      ),
      answer: { status: 200, id: "6f2d3c4b5a69788796a5b4c3d2e1f001" },
    },
  ],
  leaves: [
    {
      name: "scheduled_app/reports send --daily",
      settings: { schedule: "15 */6 * * 1-5", timeZone: "America/New_York", maxRuntimeMs: 30 * MINUTE },
      runs: [{ outcome: "ok", durationMs: 2_500 }],
    },
  ],
};

/** Of the SDKs for Python, Ruby and PHP. */
export const SCRIPT_SDK_REQUESTS: readonly Recorded[] = [PYTHON, RUBY, PHP];
