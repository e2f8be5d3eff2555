import { expect, test } from "vitest";
import { sentryLines } from "../../../components/settings/sentry-lines.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const lineOf = (dsn: string, name: string) => sentryLines(dsn).find((line) => line.name === name)?.line ?? "";

test("every kind of code is told the DSN, and curl the plain address of a monitor", () => {
  const dsn = `https://${KEY}@belfry.example.org:8443/base/7`;
  const sdks = sentryLines(dsn).filter((line) => line.name !== "curl");
  for (const { name, line } of sdks) expect(line, name).toContain(dsn);
  expect(lineOf(dsn, "curl")).toContain(`"https://belfry.example.org:8443/base/api/7/cron/my-job/${KEY}/?status=ok"`);
  expect(lineOf(`http://${KEY}@localhost:3000/1`, "curl")).toContain(
    `"http://localhost:3000/api/1/cron/my-job/${KEY}/?status=ok"`,
  );
});
