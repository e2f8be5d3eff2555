import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../../support/jobs.ts";
import { beginMail, connectRaw, type MailServer, type RawClient, startMailServer } from "../../support/mail-server.ts";
import { LONG } from "../../support/size.ts";

const DOMAIN = "ping.example.org";
const LIMITS = {
  ...{ mailBytes: 1_000_000, recipients: 5, refusals: 10, silenceMs: 1_000, patienceMs: 3_000 },
  ...{ connections: 100, connectionsPerAddress: 80 },
};

let database: TestDatabase;
let project: TestProject;
let server: MailServer;
let jobId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startMailServer(database, { limits: LIMITS, bodyLimit: 1_000 });
  jobId = await makeJob(database, project);
});

afterAll(async () => {
  await server.close();
  await database.close();
});

async function pingCount(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM all_pings");
  return rows[0]?.n ?? 0;
}

async function latestBody(): Promise<string> {
  const { rows } = await database.pool.query<{ body: Buffer | null }>(
    "SELECT b.body FROM all_pings p LEFT JOIN ping_bodies b ON b.ping_id = p.id ORDER BY p.received_at DESC, p.id DESC LIMIT 1",
  );
  return rows[0]?.body?.toString("latin1") ?? "";
}

/** Somebody honest, to show that others are served. */
async function isServing(by = server): Promise<void> {
  expect((await by.send({ to: `${jobId}+log@${DOMAIN}`, subject: "honest" })).response).toMatch(/^250/);
}

const begin = (at = server): Promise<RawClient> => beginMail(at.listener.port, `${jobId}+log@${DOMAIN}`);

describe("mails that are cut, slow or too long", () => {
  it("one that breaks off in the middle is no ping", async () => {
    const before = await pingCount();
    const client = await begin();
    client.write("Subject: half\r\n\r\nhal");
    client.socket.end();
    expect(await client.ended).not.toMatch(/^250 OK/m);
    await eventually(() => expect(server.results.at(-1)).toBe("broken-off"), 10_000);
    expect(await pingCount()).toBe(before);
  });

  it("silence is not waited for, and neither is one byte after the other", async () => {
    const [silent, slow] = await Promise.all([begin(), begin()]);
    const trickle = setInterval(() => slow.write("x"), 100);
    expect(await silent.ended).toMatch(/421 Timeout/);
    expect(await slow.ended).toMatch(/421 Too slow/);
    clearInterval(trickle);
    await isServing();
  });

  it("one beyond the limit is refused, whether or not its size was announced", async () => {
    const before = await pingCount();
    const client = await begin();
    client.write(`Subject: large\r\n\r\n${"x".repeat(78)}\r\n`.repeat(12_000));
    client.write("\r\n.\r\n");
    expect(await client.answer()).toMatch(/^552 /);
    expect(await client.say(`MAIL FROM:<a@b.example> SIZE=${LIMITS.mailBytes + 1}`)).toMatch(/^552 /);
    client.socket.destroy();
    expect(await pingCount()).toBe(before);
    expect(server.results.at(-1)).toBe("refused");
  });

  it("one without end is cut off", async () => {
    // Its size is to end it, also where a busy machine is slow to read it.
    const limits = { ...LIMITS, silenceMs: 10_000, patienceMs: 20_000 };
    const patient = await startMailServer(database, { limits, bodyLimit: 1_000 });
    const client = await begin(patient);
    const lines = "..\r\n".repeat(10_000);
    // As fast as it is taken: faster, and the process that plays both sides would see nobody's words for seconds.
    const flood = (): void => void client.socket.write(lines, (error) => error ?? setImmediate(flood));
    flood();
    expect(await client.ended).toMatch(/552 The mail is larger than 1000000 bytes\./);
    await isServing(patient);
    await patient.close();
  });
});

describe("odd bytes", () => {
  it("dots at the beginning of lines are what they were", async () => {
    await server.send({ to: `${jobId}+log@${DOMAIN}`, subject: "dots", text: ".\n..\n...end\n." });
    expect(await latestBody()).toBe(".\n..\n...end\n.");
  });

  it("a dot between bare line feeds ends no mail: nothing can be smuggled behind it", async () => {
    const before = await pingCount();
    const client = await begin();
    client.write(`Subject: one\r\n\r\nfirst\n.\nMAIL FROM:<a@b.example>\nRCPT TO:<${jobId}@x>\nDATA\n\r\n.\r\n`);
    expect(await client.answer()).toMatch(/^250 OK/);
    client.socket.destroy();
    expect(await pingCount()).toBe(before + 1);
    expect(await latestBody()).toContain("MAIL FROM:<a@b.example>");
  });

  it("all of a session in one packet is answered in order", async () => {
    const client = await connectRaw(server.listener.port);
    await client.answer();
    const mail = [`MAIL FROM:<>`, `RCPT TO:<${jobId}+log@${DOMAIN}>`, "DATA", "Subject: piped", "", "one", "."];
    client.write(["EHLO me", ...mail, ...mail, "QUIT", ""].join("\r\n"));
    const codes = [...(await client.ended).matchAll(/^(\d{3}) /gm)].map(([, code]) => code);
    expect(codes).toEqual(["220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]);
  });

  it("commands of a million characters end the connection, not the server", async () => {
    for (const line of ["x".repeat(1_000_000), `RCPT TO:<${"a".repeat(1_000_000)}@x>`, "\0".repeat(1_000_000)]) {
      const client = await connectRaw(server.listener.port);
      await client.answer();
      client.write(`${line}\r\n`);
      expect(await client.ended).toMatch(/^421 /m);
    }
    await isServing();
  });

  it("any bytes after DATA are a ping or refused in words", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "Subject: x\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "\r\n",
        "\n",
        "\r",
        "--b\r\n",
        ".",
        "..",
      ),
      fc.constantFrom(
        "Content-Type: text/html\r\n\r\n<",
        "From: ",
        "Content-Transfer-Encoding: base64\r\n",
        "\0",
        "\xff\xfe",
      ),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    let client = await begin();
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        const before = await pingCount();
        client.write(Buffer.from(`${pieces.join("")}\r\n.\r\n`, "latin1"));
        const answer = await client.answer();
        expect(answer).toMatch(/^[245]\d\d .+$/);
        expect(await pingCount()).toBe(answer.startsWith("250") ? before + 1 : before);
        client.socket.destroy();
        client = await begin();
      }),
      { numRuns: LONG ? 500 : 25 },
    );
    client.socket.destroy();
    await isServing();
  });
});

describe("greed", () => {
  it("a thousand recipients are too many: the first few are taken, the others are to come again", async () => {
    const client = await connectRaw(server.listener.port);
    await client.answer();
    await client.say("EHLO me");
    await client.say("MAIL FROM:<a@b.example>");
    client.write(Array.from({ length: 1_000 }, (_, n) => `RCPT TO:<${jobId}+${n % 200}@${DOMAIN}>\r\n`).join(""));
    const answers: string[] = [];
    for (let n = 0; n < 1_000; n += 1) answers.push(await client.answer());
    expect(answers.filter((answer) => answer === "250 Accepted")).toHaveLength(5 * 5);
    expect(new Set(answers)).toEqual(new Set(["250 Accepted", "452 Error: too many recipients"]));
    client.socket.destroy();
  });

  it("who guesses addresses is shown out", async () => {
    const client = await connectRaw(server.listener.port);
    await client.answer();
    await client.say("EHLO me");
    await client.say("MAIL FROM:<a@b.example>");
    client.write(Array.from({ length: 100 }, (_, n) => `RCPT TO:<user${n}@${DOMAIN}>\r\n`).join(""));
    const said = await client.ended;
    expect(said.match(/^550 /gm)).toHaveLength(LIMITS.refusals);
    expect(said).toMatch(/421 Too many wrong addresses/);
  });

  it("mails above the rate of one address are to come again", async () => {
    const paced = await startMailServer(database, { limits: { mailsPerMinute: 3 } });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        paced.send({ to: `${jobId}+log@${DOMAIN}`, subject: `${n}` }).then(
          () => "taken",
          (error: { response: string }) => error.response,
        ),
      ),
    );
    expect(answers.filter((answer) => answer === "taken")).toHaveLength(3);
    expect(answers.filter((answer) => answer.startsWith("450 Too many mails from your address"))).toHaveLength(2);
    await paced.close();
  });

  it("what is held of mails is bounded, and comes free with every answer", async () => {
    const small = await startMailServer(database, {
      limits: { heldBytes: 3_000, mailBytes: 10_000 },
      bodyLimit: 1_000,
    });
    const to = `${jobId}+log@${DOMAIN}`;
    const later = { response: "451 This cannot be stored now, send it again in a minute." };
    for (let n = 0; n < 10; n += 1) {
      await expect(small.send({ to, text: "x".repeat(5_000) })).rejects.toMatchObject(later);
      await expect(small.send({ to, text: "x".repeat(20_000) })).rejects.toMatchObject({ responseCode: 552 });
      expect((await small.send({ to, text: "x".repeat(1_000) })).response).toMatch(/^250/);
    }
    await small.close();
  });

  it("thousands of connections are shown out, and when they are gone there is room again", async () => {
    const crowd: Socket[] = [];
    // No more at once than the system lets wait for being accepted.
    for (let wave = 0; wave < (LONG ? 50 : 10); wave += 1) {
      const sockets = Array.from({ length: 200 }, () => connect(server.listener.port, "127.0.0.1").resume());
      for (const socket of sockets) socket.on("error", () => {});
      crowd.push(...sockets);
      await Promise.all(
        sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve).once("close", resolve))),
      );
    }
    await eventually(() => expect(crowd.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(80), 10_000);
    expect(server.listener.connections).toBeLessThanOrEqual(80);
    for (const socket of crowd) socket.destroy();
    await eventually(() => expect(server.listener.connections).toBe(0), 10_000);
    await isServing();
  });
});
