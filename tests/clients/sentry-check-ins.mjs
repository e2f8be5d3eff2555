// A program that tells Sentry itself what its jobs do. It takes SENTRY_DSN and SENTRY_ENVIRONMENT from its environment.
import { setTimeout as wait } from "node:timers/promises";
import * as Sentry from "@sentry/node";

Sentry.init();

const invoices = "Invoices / EU";
const checkInId = Sentry.captureCheckIn(
  { monitorSlug: invoices, status: "in_progress" },
  {
    schedule: { type: "interval", value: 90, unit: "minute" },
    checkinMargin: 5,
    maxRuntime: 30,
    failureIssueThreshold: 2,
    recoveryThreshold: 3,
  },
);
Sentry.captureCheckIn({ monitorSlug: invoices, status: "ok", checkInId, duration: 1.5 });

Sentry.captureCheckIn({ monitorSlug: "heartbeat", status: "ok" });

const longId = Sentry.captureCheckIn({ monitorSlug: "long", status: "in_progress" });
await wait(300);
Sentry.captureCheckIn({ monitorSlug: "long", status: "in_progress", checkInId: longId });
await wait(300);
Sentry.captureCheckIn({ monitorSlug: "long", status: "error", checkInId: longId });

await Sentry.withMonitor("exports", () => wait(400), {
  schedule: { type: "crontab", value: "*/5 * * * *" },
  checkinMargin: 2,
  maxRuntime: 10,
  timezone: "Europe/Riga",
});

const failing = Sentry.withMonitor("imports", async () => {
  await wait(300);
  throw new Error("no space left");
});
await failing.catch(() => {});

await Sentry.flush(10_000);
