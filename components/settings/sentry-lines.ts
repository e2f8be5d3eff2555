import type { PingLine } from "../job/ping-lines.ts";

const SCHEDULE = "0 2 * * *";

/** Lines that report to a DSN, one for each kind of code that people have. */
export function sentryLines(dsn: string): PingLine[] {
  return [
    {
      name: "Node",
      line: [
        'import * as Sentry from "@sentry/node";',
        `Sentry.init({ dsn: "${dsn}" });`,
        'await Sentry.withMonitor("my-job", () => work(), {',
        `  schedule: { type: "crontab", value: "${SCHEDULE}" },`,
        '  timezone: "Europe/Riga",',
        "});",
      ].join("\n"),
      hint: "Jobs of cron, node-cron and node-schedule report by themselves with Sentry’s integrations for them.",
    },
    {
      name: "Python",
      line: [
        "import sentry_sdk",
        "from sentry_sdk.crons import monitor",
        `sentry_sdk.init(dsn="${dsn}")`,
        "",
        `@monitor(monitor_slug="my-job", monitor_config={"schedule": {"type": "crontab", "value": "${SCHEDULE}"}})`,
        "def work():",
        "    ...",
      ].join("\n"),
      hint: "Celery Beat: integrations=[CeleryIntegration(monitor_beat_tasks=True)] reports every task of the schedule.",
    },
    {
      name: "Ruby",
      line: [
        "Sentry.init do |config|",
        `  config.dsn = "${dsn}"`,
        "  config.enabled_patches += [:sidekiq_cron]",
        "end",
      ].join("\n"),
      hint: "Every job of sidekiq-cron reports by itself, with its schedule.",
    },
    {
      name: "Laravel",
      line: [
        "# .env",
        `SENTRY_LARAVEL_DSN=${dsn}`,
        "",
        "// routes/console.php",
        "Schedule::command('backup:run')->dailyAt('02:00')->sentryMonitor();",
      ].join("\n"),
      hint: "Elsewhere in PHP: \\Sentry\\init with this dsn, and \\Sentry\\withMonitor around the work.",
    },
    {
      name: "sentry-cli",
      line: `SENTRY_DSN="${dsn}" sentry-cli monitors run --schedule "${SCHEDULE}" my-job -- /path/to/job.sh`,
      hint: "Runs the command, and reports its start and its end. Fit for a crontab.",
    },
    {
      name: "curl",
      line: `curl -fsS -m 10 --retry 5 -o /dev/null "${cronAddress(dsn, "my-job")}?status=ok"`,
      hint: "status may be in_progress, ok or error; a check_in_id, a UUID of yours, tells runs apart.",
    },
  ];
}

/** The plain address of a monitor: `<scheme>://<host>/api/<project>/cron/<slug>/<key>/`. */
function cronAddress(dsn: string, slug: string): string {
  return dsn.replace(/^(\w+:\/\/)(\w+)@(.*)\/(\d+)$/, `$1$3/api/$4/cron/${slug}/$2/`);
}
