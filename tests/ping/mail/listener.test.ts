import { createServer } from "node:net";
import type { SendMailOptions } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLAIN_POLICY, type PingPolicy } from "../../../lib/domain/ping-policy.ts";
import { createLog } from "../../../lib/log.ts";
import { openMailListener } from "../../../lib/ping/mail/listener.ts";
import { findPingBody } from "../../../lib/store/ping-bodies.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../../support/jobs.ts";
import { beginMail, connectRaw, type MailServer, startMailServer } from "../../support/mail-server.ts";

const DOMAIN = "ping.example.org";
const LIMIT = 1_000;

let database: TestDatabase;
let project: TestProject;
let server: MailServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startMailServer(database, { bodyLimit: LIMIT });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

type Row = Record<string, unknown>;

async function rows(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

async function pingsOf(jobId: string): Promise<Row[]> {
  const pings = await rows("SELECT * FROM all_pings WHERE job_id = $1 ORDER BY received_at, id", jobId);
  return Promise.all(
    pings.map(async ({ id, received_at, ...ping }) => ({
      ...ping,
      body: await findPingBody(database.pool, String(id), Number(received_at)),
    })),
  );
}

describe("a mail", () => {
  it("is a success, with its subject as message and its text as output, stored before it is answered", async () => {
    const jobId = await makeJob(database, project);
    const { response } = await server.send({
      to: `${jobId}@${DOMAIN}`,
      from: "Backup <backup@nas.example.org>",
      subject: "Nightly backup äöü",
      text: "42 files\nall well",
      date: new Date("2020-01-01"),
    });
    expect(response).toMatch(/^250 OK/);
    const [stored, ...more] = await pingsOf(jobId);
    expect(more).toEqual([]);
    expect(stored).toMatchObject({
      ...{ protocol: "mail", method: "MAIL", action: "success", disposition: "applied", run_number: 1 },
      ...{ message: "Nightly backup äöü", user_agent: "backup@nas.example.org", source: "127.0.0.1", at: null },
    });
    expect(String(stored?.body)).toBe("42 files\nall well");
  });

  it("says by its address what happened, by id and by key and slug", async () => {
    const slug = "by-mail";
    const jobId = await makeJob(database, project, { slug });
    for (const ending of ["+start", "+log", "+7", "", "+skip", "+fail"]) {
      await server.send({ to: `${project.pingKey}+${slug}${ending}@${DOMAIN}`, subject: ending });
    }
    expect((await pingsOf(jobId)).map(({ action, exit_code }) => [action, exit_code])).toEqual([
      ["start", null],
      ["log", null],
      ["fail", 7],
      ["success", null],
      ["skip", null],
      ["fail", null],
    ]);
  });

  it("to several jobs is a ping for each, and any domain will do", async () => {
    const jobIds = [await makeJob(database, project), await makeJob(database, project)];
    await server.send({ to: jobIds.map((jobId, n) => `${jobId.toUpperCase()}@host-${n}.example`), subject: "both" });
    for (const jobId of jobIds) expect(await pingsOf(jobId)).toMatchObject([{ action: "success", message: "both" }]);
  });

  it("is cut to what is kept of a body, and one without text has none", async () => {
    const jobId = await makeJob(database, project);
    const long = "ü".repeat(LIMIT);
    await server.send({
      to: `${jobId}@${DOMAIN}`,
      text: long,
      attachments: [{ filename: "a.bin", content: "x".repeat(2e6) }],
    });
    await server.send({ to: `${jobId}+log@${DOMAIN}`, subject: "no text" });
    const [cut, empty] = await pingsOf(jobId);
    expect(cut?.body_size).toBe(2 * LIMIT);
    expect(cut?.body).toEqual(Buffer.from(long).subarray(0, LIMIT));
    expect(empty).toMatchObject({ body: null, body_size: 0 });
  });

  it("is told from another one that says the same, and known again when it is sent twice", async () => {
    const jobId = await makeJob(database, project);
    const mail = { to: `${jobId}+log@${DOMAIN}`, subject: "x", text: "the same", messageId: "<1@nas>" };
    const today = new Date();
    for (let n = 0; n < 2; n += 1) expect((await server.send({ ...mail, date: today })).response).toMatch(/^250/);
    expect(await pingsOf(jobId)).toHaveLength(1);
    await server.send({ ...mail, date: today, messageId: "<2@nas>" });
    expect(await pingsOf(jobId)).toHaveLength(2);
    // A file that is sent each night, with the date of the day it was written.
    for (let n = 0; n < 2; n += 1) await server.send({ ...mail, date: new Date(today.getTime() - 86_400_000) });
    expect(await pingsOf(jobId)).toHaveLength(4);
  });

  it("of a machine that answers or gives back counts as a log line, unless the address says what happened", async () => {
    const jobId = await makeJob(database, project);
    const headers = { "Auto-Submitted": "auto-replied" };
    await server.send({ to: `${jobId}@${DOMAIN}`, subject: "Away until Monday", headers });
    await server.send({ to: `${jobId}+fail@${DOMAIN}`, subject: "Returned mail", headers });
    expect((await pingsOf(jobId)).map(({ action }) => action)).toEqual(["log", "fail"]);
  });
});

describe("keywords", () => {
  async function actionsOf(policy: Partial<PingPolicy>, mails: SendMailOptions[]): Promise<string[]> {
    const jobId = await makeJob(database, project);
    await rows("UPDATE jobs SET ping_policy = $2 WHERE id = $1", jobId, JSON.stringify({ ...PLAIN_POLICY, ...policy }));
    for (const mail of mails) await server.send({ to: `${jobId}@${DOMAIN}`, ...mail });
    return (await pingsOf(jobId)).map(({ action, disposition }) => `${String(action)} ${String(disposition)}`);
  }

  const words = { failureWords: ["ERROR"], successWords: ["done"], startWords: ["begins"] };

  it("are looked for in the subject", async () => {
    const mails = [
      { subject: "ERROR, not done" },
      { subject: "it begins", text: "done" },
      { subject: "hello", text: "done" },
    ];
    const actions = await actionsOf({ ...words, places: ["subject"] }, mails);
    expect(actions).toEqual(["fail applied", "start applied", "success ignored"]);
  });

  it("are looked for in the text, and without any the mail may be a failure", async () => {
    const mails = [
      { subject: "hello", html: "<p>all <b>done</b></p>" },
      { subject: "done", text: "who knows" },
    ];
    const actions = await actionsOf({ ...words, places: ["mail"], otherwise: "fail" }, mails);
    expect(actions).toEqual(["success applied", "fail applied"]);
  });
});

describe("what is refused", () => {
  it("a job that there is not, and an address of no job, each with the reason", async () => {
    const nobody = "7b0c9f0e-1111-4222-8333-00000000abcd";
    await expect(server.send({ to: `${nobody}@${DOMAIN}` })).rejects.toMatchObject({
      response: "550 There is no job with this address.",
    });
    await expect(server.send({ to: `bfp_${"a".repeat(24)}+backup@${DOMAIN}` })).rejects.toMatchObject({
      response: expect.stringMatching(/^550 .* Capitals count in ping keys; .*\.$/),
    });
    await expect(server.send({ to: `info@${DOMAIN}` })).rejects.toMatchObject({
      response: expect.stringMatching(/^550 This is no address of a job/),
    });
    await eventually(async () => {
      const kept = await rows("SELECT path, reason FROM unmatched_pings WHERE protocol = 'mail' ORDER BY path");
      expect(kept).toEqual([
        { path: `${nobody}@${DOMAIN}`, reason: "not-found" },
        { path: `bfp_aaaa…+backup@${DOMAIN}`, reason: "unknown-key" },
        { path: `info@${DOMAIN}`, reason: "unknown-address" },
      ]);
    }, 10_000);
  });

  it("one wrong recipient does not keep a mail from the others", async () => {
    const jobId = await makeJob(database, project);
    const { accepted, rejected } = await server.send({ to: [`info@${DOMAIN}`, `${jobId}@${DOMAIN}`] });
    expect([accepted, rejected]).toEqual([[`${jobId}@${DOMAIN}`], [`info@${DOMAIN}`]]);
    expect(await pingsOf(jobId)).toHaveLength(1);
  });

  it("a job that is deleted while its mail is on the way", async () => {
    const jobId = await makeJob(database, project);
    const client = await beginMail(server.listener.port, `${jobId}@${DOMAIN}`);
    await rows("DELETE FROM jobs WHERE id = $1", jobId);
    client.write("Subject: too late\r\n\r\n.\r\n");
    expect(await client.answer()).toBe("550 There is no job with this address any more.");
    client.socket.destroy();
  });

  it("mail for other domains, where one is set", async () => {
    const strict = await startMailServer(database, { onlyDomain: DOMAIN });
    const jobId = await makeJob(database, project);
    await expect(strict.send({ to: `${jobId}@example.com` })).rejects.toMatchObject({
      response: `550 Only mail for ${DOMAIN} is taken here.`,
    });
    expect((await strict.send({ to: `${jobId}@${DOMAIN}` })).response).toMatch(/^250/);
    await strict.close();
  });

  it("log-ins, encryption that nobody can trust, and the jokes of old servers", async () => {
    const client = await connectRaw(server.listener.port);
    expect(await client.answer()).toBe(`220 ${DOMAIN} ESMTP Belfry takes pings`);
    const offers = await client.say("EHLO me");
    expect(offers).toContain("SIZE 25000000");
    expect(offers).not.toMatch(/AUTH|STARTTLS|XCLIENT/);
    for (const command of [
      "AUTH PLAIN AGEAYg==",
      "STARTTLS",
      "WIZ please",
      "SHELL ls",
      "KILL mom",
      "XCLIENT ADDR=1.1.1.1",
    ]) {
      expect(await client.say(command)).toMatch(/^500 /);
    }
    client.socket.destroy();
  });
});

describe("the port", () => {
  it("that is taken, and an address that is not ours, are told apart from those of the front", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const base = {
      intake: server.pings.intake,
      log: createLog("silent"),
      domain: DOMAIN,
      onlyDomain: null,
      onMail: () => {},
    };
    await expect(openMailListener({ ...base, host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "conflict",
      message: `Port ${port} on 127.0.0.1, for pings by mail, is taken by another program. Set MAIL_PORT to a free one.`,
    });
    await expect(openMailListener({ ...base, host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      field: "MAIL_HOST",
    });
    await new Promise((resolve) => taken.close(resolve));
  });
});
