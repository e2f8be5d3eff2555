import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { makeJob, makeProject } from "../support/jobs.ts";
import { beginMail, connectRaw } from "../support/mail-server.ts";
import { makeDataFolder, startServerProcess, type ServerProcess } from "../support/server.ts";

const started: ServerProcess[] = [];
const undo: (() => void)[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.end("SIGTERM")));
  for (const step of undo.splice(0)) step();
});

async function start(env: Record<string, string>) {
  const database = await createTestDatabase();
  const folder = makeDataFolder();
  undo.push(() => folder.remove());
  const server = startServerProcess({
    DATABASE_URL: database.url,
    SECRET_KEY: "k".repeat(40),
    DATA_DIR: folder.path,
    ...env,
  });
  started.push(server);
  return { server, database };
}

test("a port for mail is opened, counted, and closed in order", async () => {
  const { server, database } = await start({ MAIL_PORT: "0", MAIL_DOMAIN: "ping.example.org" });
  const url = await server.url;
  const port = Number(/pings by mail are taken on port (\d+)/.exec(server.said())?.[1]);
  const jobId = await makeJob(database, await makeProject(database));
  const client = await beginMail(port, `${jobId}@ping.example.org`);
  client.write("Subject: nightly\r\n\r\n42 files\r\n.\r\n");
  expect(await client.answer()).toBe("250 OK");
  const { rows } = await database.pool.query("SELECT protocol, message FROM all_pings WHERE job_id = $1", [jobId]);
  expect(rows).toEqual([{ protocol: "mail", message: "nightly" }]);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('belfry_pings_total{protocol="mail",result="ok"} 1');
  const idle = await connectRaw(port);
  await idle.answer();
  const { code, ms } = await server.end("SIGTERM");
  expect(code, server.said()).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(await idle.ended).toContain("421 Belfry is stopping");
});

test("without one no mail is taken, and one that is taken is named", async () => {
  const { server } = await start({});
  await server.url;
  expect(server.said()).not.toContain("mail");

  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  undo.push(() => void taken.close());
  const address = taken.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const { server: second } = await start({ MAIL_PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.said()).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1, .* Set MAIL_PORT to a free one\\.\\n$`));
});
