import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exchange, onNode } from "../../lib/ping/exchange.ts";
import { type Front, openFront } from "../../lib/server/front.ts";
import { afterEmptyLines, readWhole, type WholeRequest } from "../../lib/server/whole-request.ts";
import { LONG } from "../support/size.ts";
import { answerOf, answersTo, cutUp } from "../support/whole-pings.ts";
import { silent } from "./stub/site.ts";

const AT_ONCE = 8;

let asked = 0;

/** Says what was understood of a request. */
async function echo(exchange: Exchange): Promise<void> {
  const { request, body } = exchange;
  const bytes = body === null || Buffer.isBuffer(body) ? body : await buffer(body).catch(() => "broken off");
  const { method, url, headers } = request;
  const said = JSON.stringify({ method, url, headers, body: bytes?.toString("latin1") ?? "" });
  exchange.reply(answerOf(said), false);
}

let fronts: readonly [whole: Front, node: Front];

beforeAll(async () => {
  const matches = (path: string): boolean => path.startsWith("/ping/");
  const handle = onNode((exchange) => void echo(exchange));
  const open = (route: { exchange?: (exchange: Exchange) => void }): Promise<Front> =>
    openFront({ host: "127.0.0.1", port: 0, log: silent, routes: [{ matches, handle, ...route }] });
  const exchange = (given: Exchange): void => {
    asked += 1;
    void echo(given);
  };
  fronts = await Promise.all([open({ exchange }), open({})]);
});
afterAll(() => Promise.all(fronts.map((front) => front.close())));

async function answersOfBoth(...pieces: readonly Buffer[]): Promise<readonly [string, string]> {
  return Promise.all([answersTo(fronts[0], pieces), answersTo(fronts[1], pieces)]);
}

function mostly(usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 9 },
    { arbitrary: fc.constantFrom(...odd), weight: 1 },
  );
}

const PLAIN_HEADERS = fc.oneof(
  fc.constantFrom("User-Agent: curl/8.5.0", "Accept: */*", "Connection: keep-alive", "connection: Close"),
  fc.constantFrom("X-Forwarded-For: 192.0.2.1, 10.0.0.1", "Cookie: a=b", "constructor: x"),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.stringMatching(/^[!-~][ -~]{0,20}$/))
    .map(([a, b]) => `${a}: ${b}`),
);
const ODD_HEADERS = fc.constantFrom(
  ...["Connection: TE, close", "Content-Length: 5", "Content-Length: 05", "Content-Length: 5, 5", "Host: y"],
  ...["Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c", "A: ", "A:", "A:b", "A : b", " folded"],
  ...["A: b\t", "A: \u00e9", "a_b: c", "__proto__: x"],
);
const HEADERS = fc.oneof({ arbitrary: PLAIN_HEADERS, weight: 8 }, { arbitrary: ODD_HEADERS, weight: 1 });

const ADDRESSES = fc.oneof(
  { arbitrary: fc.webPath().map((path) => `/ping${path}`), weight: 4 },
  { arbitrary: fc.constantFrom("/ping/a", "/ping/a?b=c#d", "/ping/\u00e9", "/other", "*", "//"), weight: 1 },
);

const REQUESTS = fc
  .record({
    method: mostly(["GET", "POST"], ["HEAD", "PUT", "get"]),
    address: ADDRESSES,
    version: mostly(["HTTP/1.1"], ["HTTP/1.0", "HTTP/2.0"]),
    headers: fc.array(HEADERS, { maxLength: 3 }),
    body: fc.constantFrom("", "", "", "hello", "hello\r\n"),
    isHonest: fc.integer({ min: 0, max: 3 }).map((number) => number > 0),
  })
  .map(({ method, address, version, headers, body, isHonest }) => {
    const length = isHonest && (method === "POST" || body !== "") ? [`Content-Length: ${body.length}`] : [];
    const head = [`${method} ${address} ${version}`, "Host: x", ...headers, ...length];
    return Buffer.from([...head, "", body].join("\r\n"), "latin1");
  });

const RAW_LINE = /(?:GET|POST) \/.*[\x80-\xff].* HTTP\/1\.1\r$/m;

/** A byte too many, too few, or another. */
const SLIP = fc.oneof(
  { arbitrary: fc.constant(null), weight: 4 },
  {
    arbitrary: fc.record({ at: fc.nat(400), kind: fc.constantFrom("drop", "add", "change"), byte: fc.nat(255) }),
    weight: 1,
  },
);

function slip(bytes: Buffer, { at, kind, byte }: { at: number; kind: string; byte: number }): Buffer {
  const index = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, index), bytes.subarray(kind === "add" ? index : index + 1)];
  return Buffer.concat([before, Buffer.from(kind === "drop" ? [] : [byte]), after]);
}

describe("requests that come whole are answered to the byte as Node's server answers them", () => {
  test("whatever their bytes are, one or several on a connection, however they are cut", async () => {
    const before = asked;
    let whole = 0;
    const cases = fc.record({
      requests: fc.array(fc.tuple(REQUESTS, SLIP), { minLength: 1, maxLength: 6 }),
      cuts: fc.oneof(
        { arbitrary: fc.constant([]), weight: 3 },
        { arbitrary: fc.array(fc.nat(600), { maxLength: 2 }), weight: 1 },
      ),
      apart: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(cases, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (several) => {
      const answers = several.map(async ({ requests, cuts, apart }) => {
        const bytes = requests.map(([request, mistake]) => (mistake === null ? request : slip(request, mistake)));
        const pieces = apart ? bytes : cutUp(Buffer.concat(bytes), cuts);
        whole += pieces.length === 1 && isWholePing(Buffer.concat(pieces)) ? 1 : 0;
        // What Node refuses and we take has a test of its own.
        if (RAW_LINE.test(Buffer.concat(pieces).toString("latin1"))) return;
        const [one, other] = await answersOfBoth(...pieces);
        expect(one, Buffer.concat(pieces).toString("latin1")).toBe(other);
      });
      await Promise.all(answers);
    });
    await fc.assert(property, { numRuns: LONG ? 3_000 : 400 });
    expect(whole).toBeGreaterThan(0);
    expect(asked - before).toBeGreaterThanOrEqual(whole);
  });

  function isWholePing(bytes: Buffer): boolean {
    return readWhole(bytes, 0)?.url.startsWith("/ping/") ?? false;
  }

  test.each([
    ["as curl sends it", "GET /ping/a?x=1 HTTP/1.1\r\nHost: x\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"],
    ["with a body", "POST /ping/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"],
    ["with an empty body", "POST /ping/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"],
    ["that is the last", "GET /ping/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    [
      "through a proxy",
      "GET /ping/a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n",
    ],
  ])("one %s needs no Node", async (_, text) => {
    const before = asked;
    const [whole, node] = await answersOfBoth(Buffer.from(text));
    expect(whole).toBe(node);
    expect(whole).toMatch(/^HTTP\/1\.1 200 OK\r\nX-Some: thing\r\n/);
    expect(asked - before).toBe(1);
  });

  test("one after the other on a connection, whether the headers are the same again, nearly, or no longer plain", async () => {
    const pieces = [
      "GET /ping/1 HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\n\r\n",
      "GET /ping/2 HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\n\r\n",
      "GET /ping/3 HTTP/1.1\r\nHost: x\r\nUser-Agent: b\r\n\r\n",
      `GET /ping/${"4".repeat(1_500)} HTTP/1.1\r\nHost: x\r\nUser-Agent: b\r\n\r\n`,
      "POST /ping/5 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab",
      "POST /ping/6 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\ncd",
      "GET /ping/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
      "GET /ping/8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ].map((text) => Buffer.from(text));
    const [whole, node] = await answersOfBoth(...pieces);
    expect(whole).toBe(node);
    expect(whole.match(/"url":"\/ping\/\d/g)).toHaveLength(8);
    expect(whole.match(/"user-agent":"[ab]"/g)).toEqual(["a", "a", "b", "b"].map((name) => `"user-agent":"${name}"`));
  });

  test("two that come at once are both answered, in order", async () => {
    const [whole, node] = await answersOfBoth(
      Buffer.from("GET /ping/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /ping/2 HTTP/1.1\r\nHost: x\r\n\r\n"),
    );
    expect(whole).toBe(node);
    expect(whole.match(/\/ping\/\d/g)).toEqual(["/ping/1", "/ping/2"]);
  });
});

test("what a client sent before makes no difference to how a request is read", () => {
  const read = (request: Buffer, before: WholeRequest | null = null) => readWhole(request, 0, before?.head ?? null);
  let remembered = 0;
  const property = fc.property(REQUESTS, REQUESTS, fc.boolean(), (first, second, isAgain) => {
    const before = read(first);
    const next = isAgain ? Buffer.concat([Buffer.from("GET /ping/b HTTP/1.1\r\n"), afterLine(first)]) : second;
    const after = read(next, before);
    expect(after).toEqual(read(next));
    if (after !== null && after.head === before?.head) remembered += 1;
  });
  fc.assert(property, { numRuns: LONG ? 20_000 : 2_000 });
  expect(remembered).toBeGreaterThan(0);
});

function afterLine(request: Buffer): Buffer {
  return request.subarray(request.indexOf("\r\n") + 2);
}

test.each([
  ["two lengths", "POST /ping/a HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"],
  ["a length and chunks", "POST /ping/a HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"],
  ["a length with a sign", "POST /ping/a HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello"],
  ["a body of a GET", "GET /ping/a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"],
  ["less than was said", "POST /ping/a HTTP/1.1\r\nContent-Length: 6\r\n\r\nhello"],
  ["a bare line feed", "GET /ping/a HTTP/1.1\nHost: x\r\n\r\n"],
  ["a header that is folded", "GET /ping/a HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"],
  ["a blank before the colon", "GET /ping/a HTTP/1.1\r\nHost : x\r\n\r\n"],
  ["an address of another host", "GET http://x/ping/a HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["two slashes at the beginning", "GET //ping/a HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["another version", "GET /ping/a HTTP/1.0\r\nHost: x\r\n\r\n"],
  ["something to wait for", "POST /ping/a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"],
])("%s is left to Node", (_, text) => {
  expect(readWhole(Buffer.from(text, "latin1"), 0)).toBeNull();
});

test("one is read where it begins, up to where it ends, whatever is before and behind it", () => {
  const first = "GET /ping/1 HTTP/1.1\r\nHost: x\r\n\r\n";
  const second = "POST /ping/2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  const both = Buffer.from(`${"x".repeat(20_000)}${first}${second}\r\n\r\n${first}`);
  const whole = readWhole(both, 20_000);
  expect(whole).toMatchObject({ method: "GET", url: "/ping/1", body: null, end: 20_000 + first.length });
  const next = readWhole(both, whole?.end ?? 0);
  const end = 20_000 + first.length + second.length;
  expect(next).toMatchObject({ method: "POST", url: "/ping/2", body: Buffer.from("hello"), end });
  expect(afterEmptyLines(both, end)).toBe(end + 4);
  expect(readWhole(both, end + 4)?.end).toBe(both.length);
});

test("one of more than 16 KiB is left to Node", () => {
  const line = "POST /ping/a HTTP/1.1\r\nContent-Length: 5\r\nA: ";
  const make = (length: number): Buffer => Buffer.from(`${line.padEnd(length - 9, "x")}\r\n\r\nhello`);
  expect(readWhole(make(16_384), 0)?.end).toBe(16_384);
  expect(readWhole(make(16_385), 0)).toBeNull();
});

test("text in an address is read as UTF-8, encoded or as it is", () => {
  const read = (msg: string) => readWhole(Buffer.from(`GET /ping/a?msg=${msg} HTTP/1.1\r\nHost: x\r\n\r\n`), 0)?.url;
  expect(read("größe")).toBe("/ping/a?msg=gr%c3%b6%c3%9fe");
  expect(decodeURIComponent(read("größe→数") ?? "")).toBe("/ping/a?msg=größe→数");
});
