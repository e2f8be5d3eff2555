import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFront, type Front } from "../../lib/server/front.ts";
import { loadStaticFiles } from "../../lib/server/static-files.ts";
import { silent } from "./stub/site.ts";

const SCRIPT = "console.info('belfry');\n".repeat(200);
let folder: string;
let front: Front;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "belfry-static-"));
  await mkdir(join(folder, "_next", "static"), { recursive: true });
  await writeFile(join(folder, "_next", "static", "app.js"), SCRIPT);
  await writeFile(join(folder, "_next", "static", "app.js.gz"), gzipSync(SCRIPT));
  await writeFile(join(folder, "icon.svg"), "<svg/>");
  const files = await loadStaticFiles(folder);
  front = await openFront({ host: "127.0.0.1", port: 0, log: silent, routes: files === null ? [] : [files] });
});
afterAll(async () => {
  await front.close();
  await rm(folder, { recursive: true });
});

function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return fetch(`http://127.0.0.1:${front.port}${path}`, {
    headers: { "Accept-Encoding": "identity", ...headers },
    method,
  });
}

test("a hashed file is compressed where the client can read it, and kept for ever", async () => {
  const compressed = await get("/_next/static/app.js?v=1", { "Accept-Encoding": "gzip, br" });
  expect(compressed.headers.get("content-encoding")).toBe("gzip");
  expect(compressed.headers.get("cache-control")).toContain("immutable");
  expect(compressed.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(await compressed.text()).toBe(SCRIPT);
  const plain = await get("/_next/static/app.js", { "Accept-Encoding": "gzip;q=0" });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(plain.headers.get("vary")).toBe("Accept-Encoding");
  expect(await plain.text()).toBe(SCRIPT);
});

test("a public file is asked for again, and answered 304", async () => {
  const first = await get("/icon.svg");
  expect(first.headers.get("cache-control")).toContain("must-revalidate");
  const again = await get("/icon.svg", { "If-None-Match": first.headers.get("etag") ?? "" });
  expect(again.status).toBe(304);
});

test("HEAD has no body, other methods are refused", async () => {
  const head = await get("/icon.svg", {}, "HEAD");
  expect(head.headers.get("content-length")).toBe("6");
  expect(await head.text()).toBe("");
  expect((await get("/icon.svg", {}, "POST")).status).toBe(405);
});

test("compressed twins and paths that climb are no files of their own", async () => {
  expect((await get("/_next/static/app.js.gz")).status).toBe(503);
  expect((await get("/_next/static/../../icon.svg")).status).toBe(200);
  expect((await get("/..%2f..%2fetc/passwd")).status).toBe(503);
});

test("a folder that is not there is no error", async () => {
  expect(await loadStaticFiles(join(folder, "missing"))).toBeNull();
});
