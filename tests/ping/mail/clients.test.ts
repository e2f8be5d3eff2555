import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../clients/belfry.ts";
import { missingCommand } from "../../clients/missing.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { makeJob, makeProject } from "../../support/jobs.ts";
import { type MailServer, startMailServer } from "../../support/mail-server.ts";

// Programs that scripts send mail with, unmodified.

const folder = mkdtempSync(join(tmpdir(), "belfry-mail-"));
let database: TestDatabase;
let server: MailServer;
let jobId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  jobId = await makeJob(database, await makeProject(database));
  server = await startMailServer(database);
});

afterAll(async () => {
  await server.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function latest(): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `SELECT p.action, p.message, p.user_agent, convert_from(b.body, 'UTF8') AS text FROM all_pings p
     LEFT JOIN ping_bodies b ON b.ping_id = p.id ORDER BY p.received_at DESC LIMIT 1`,
  );
  return rows[0] ?? {};
}

const PYTHON = `
import smtplib, sys
from email.message import EmailMessage
mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "backup@nas.example.org", sys.argv[2], "Sicherung über Nacht"
mail.set_content("42 Dateien\\n.\\nÜberlänge\\n")
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as server:
    server.send_message(mail)
`;

describe("unmodified clients", () => {
  it("curl", async ({ skip }) => {
    const missing = missingCommand("curl", "curl");
    if (missing !== null) skip(missing);
    const file = join(folder, "mail.txt");
    writeFileSync(file, "Subject: nightly\r\nFrom: cron@db-03.example.org\r\n\r\ndisk full\r\n");
    const send = (to: string) =>
      runCommand("curl", [
        "-sS",
        "-m",
        "30",
        `smtp://127.0.0.1:${server.listener.port}`,
        "--mail-from",
        "",
        "--mail-rcpt",
        to,
        "-T",
        file,
      ]);
    expect(await send(`${jobId}+fail@ping.example.org`)).toMatchObject({ code: 0 });
    const from = { user_agent: "cron@db-03.example.org" };
    expect(await latest()).toEqual({ action: "fail", message: "nightly", text: "disk full", ...from });
    expect(await send("nobody@ping.example.org")).toMatchObject({ code: 55, stderr: expect.stringContaining("550") });
  });

  it("Python's smtplib", async ({ skip }) => {
    const missing = missingCommand("python3", "python3");
    if (missing !== null) skip(missing);
    const script = join(folder, "mail.py");
    writeFileSync(script, PYTHON);
    const sent = await runCommand("python3", [script, String(server.listener.port), `${jobId}@ping.example.org`]);
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const from = { user_agent: "backup@nas.example.org" };
    expect(await latest()).toEqual({
      action: "success",
      message: "Sicherung über Nacht",
      text: "42 Dateien\n.\nÜberlänge",
      ...from,
    });
  });
});
