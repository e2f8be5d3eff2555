import { once } from "node:events";
import { type Agent, type IncomingMessage, request as send } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite, type Site } from "./stub/site.ts";

type Echo = {
  pid: number;
  connection: number;
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: number;
};

type Answer = { status: number; headers: IncomingMessage["headers"]; rawHeaders: string[]; body: string };

type Ask = { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer; agent?: Agent };

async function ask(url: string, { body, ...options }: Ask = {}): Promise<Answer> {
  const request = send(url, options);
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  // An early answer closes the connection while the body is still being sent.
  request.on("error", () => {});
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers, rawHeaders } = response;
  return { status: statusCode, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
}

async function echo(url: string, options?: Ask): Promise<Echo> {
  return JSON.parse((await ask(url, options)).body) as Echo;
}

describe("requests for pages", () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test("what only the front may say is dropped and written anew", async () => {
    const { headers } = await echo(`${site.url}/page`, {
      headers: {
        "X-Forwarded-For": "203.0.113.9",
        "x-forwarded-host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Anything": "1",
        Forwarded: "for=203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "X-Middleware-Subrequest": "proxy:proxy:proxy",
        Host: "belfry.example:8080",
        Cookie: "a=1",
      },
    });
    expect(headers).toMatchObject({
      host: "belfry.example:8080",
      cookie: "a=1",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "belfry.example:8080",
      "x-forwarded-proto": "http",
      "x-forwarded-port": "8080",
    });
    for (const name of ["forwarded", "x-real-ip", "x-middleware-subrequest", "x-forwarded-anything"]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  test("headers of one connection do not travel on", async () => {
    const { headers } = await echo(`${site.url}/page`, {
      headers: { Connection: "close, X-Hop", "X-Hop": "1", TE: "trailers", Upgrade: "websocket", "Keep-Alive": "1" },
    });
    for (const name of ["x-hop", "te", "upgrade", "keep-alive"]) expect(headers).not.toHaveProperty(name);
  });

  test("an answer keeps its repeated headers and loses those of the connection to the pages", async () => {
    const { headers, rawHeaders } = await ask(`${site.url}/cookies`);
    expect(headers["set-cookie"]).toEqual(["a=1; Path=/", "b=2; Path=/"]);
    expect(rawHeaders).not.toContain("X-Internal");
  });

  test("address, method and body arrive as they were sent", async () => {
    const sent = await echo(`${site.url}/a//b?x=%20&y=%2F`, { method: "POST", body: Buffer.alloc(200_000) });
    expect(sent).toMatchObject({ method: "POST", url: "/a//b?x=%20&y=%2F", bytes: 200_000 });
    const chunked = await echo(`${site.url}/`, {
      method: "POST",
      headers: { "Transfer-Encoding": "chunked" },
      body: "hello",
    });
    expect(chunked.bytes).toBe(5);
    expect((await echo(`${site.url}/`, { method: "DELETE" })).bytes).toBe(0);
    expect((await ask(`${site.url}/`, { method: "HEAD" })).body).toBe("");
  });

  test("connections to the pages are kept and used again", async () => {
    const connections = new Set<number>();
    for (let index = 0; index < 10; index += 1) connections.add((await echo(`${site.url}/`)).connection);
    expect(connections.size).toBe(1);
  });

  test("a body that the pages would cut is refused with its limit", async () => {
    const declared = await ask(`${site.url}/`, { method: "POST", headers: { "Content-Length": "99999999" } });
    expect(declared).toMatchObject({ status: 413, body: '{"error":"At most 10 MiB can be sent at once."}\n' });
    const chunked = await ask(`${site.url}/`, {
      method: "POST",
      headers: { "Transfer-Encoding": "chunked" },
      body: Buffer.alloc(11 * 1024 * 1024),
    });
    expect(chunked.status).toBe(413);
  });

  test("the head of an event stream arrives before its first event", async () => {
    const request = send(`${site.url}/events`).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.headers["content-type"]).toBe("text/event-stream");
    request.destroy();
  });
});

describe("addresses", () => {
  test("with an https address, requests for other hosts are sent there", async () => {
    const site = await openSite({ forward: { baseUrl: "https://belfry.example.org" } });
    const home = { Host: "belfry.example.org" };
    expect(await ask(`${site.url}/jobs?x=1`, { headers: { Host: "203.0.113.1" } })).toMatchObject({
      status: 308,
      headers: { location: "https://belfry.example.org/jobs?x=1" },
    });
    expect((await ask(`${site.url}/jobs`, { method: "POST", headers: { Host: "evil.example" } })).status).toBe(421);
    expect((await echo(`${site.url}/jobs`, { headers: home })).headers).toMatchObject({
      "x-forwarded-host": "belfry.example.org",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
    });
    await site.close();
  });

  test("a trusted proxy is looked through", async () => {
    const site = await openSite({ trustedProxies: ["127.0.0.0/8"] });
    const { headers } = await echo(`${site.url}/`, {
      headers: { "X-Forwarded-For": "198.51.100.1, 203.0.113.7", "X-Forwarded-Proto": "https" },
    });
    expect(headers).toMatchObject({ "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" });
    await site.close();
  });
});

describe("pages in trouble", () => {
  test("frozen pages cost one 504, and pings nothing", async () => {
    const ping = { matches: (path: string) => path.startsWith("/ping/"), handle: ok };
    const site = await openSite({ routes: [ping], forward: { patienceMs: 300 } });
    const frozen = ask(`${site.url}/hang`, { headers: { Accept: "text/html" } });
    expect(await ask(`${site.url}/ping/x`)).toMatchObject({ status: 200, body: "OK" });
    expect(await frozen).toMatchObject({ status: 504, headers: { "retry-after": "10" } });
    await site.close();
  });

  test("dying pages cost the request that was there; the next ones wait for the new child", async () => {
    const site = await openSite();
    const { pid } = await echo(`${site.url}/`);
    expect((await ask(`${site.url}/die`)).status).toBe(502);
    const next = await echo(`${site.url}/`);
    expect(next.pid).not.toBe(pid);
    await site.close();
  });

  test("a kept connection that the pages closed is no error for the next reader", async () => {
    const site = await openSite({ env: { KEEP_ALIVE_TIMEOUT: "20" } });
    for (let index = 0; index < 20; index += 1) {
      expect((await ask(`${site.url}/`)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 18 + (index % 5)));
    }
    await site.close();
  });

  test("pages that fail because the database is away say so", async () => {
    const site = await openSite({ forward: { databaseAway: async () => true } });
    const answer = await ask(`${site.url}/fail`, { headers: { Accept: "text/html" } });
    expect(answer.status).toBe(503);
    expect(answer.body).toContain("cannot reach its database");
    await site.close();
  });

  test("no pages after the patience of a request: 503", async () => {
    const site = await openSite({ pages: { patienceMs: 50, firstRestartMs: 60_000 } });
    expect((await ask(`${site.url}/die`)).status).toBeGreaterThanOrEqual(502);
    expect((await ask(`${site.url}/`)).status).toBe(503);
    await site.close();
  });
});

function ok(_request: IncomingMessage, response: { end(text: string): unknown }): void {
  response.end("OK");
}
