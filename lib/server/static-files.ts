import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";
import type { Handler, Route } from "./front.ts";

type Encoding = "br" | "gzip" | "identity";

type StaticFile = {
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  readonly bodies: Readonly<Partial<Record<Encoding, Buffer>>> & { identity: Buffer };
};

const TYPES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".sh": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".xml": "application/xml; charset=utf-8",
};

/** Next puts a hash of the content into the names below it. */
const HASHED = "/_next/static/";

/**
 * Reads every file below `directory` into memory, with the `.br` and `.gz` twins that the build put beside it, as the
 * front's row for static files. They are served while the pages are being restarted, too.
 * @returns null where there is no such directory: nothing was built.
 */
export async function loadStaticFiles(directory: string): Promise<Route | null> {
  const names = await listFiles(directory);
  if (names === null) return null;
  const files = new Map<string, StaticFile>();
  const present = new Set(names);
  for (const name of names) {
    if (/\.(br|gz)$/.test(name) && present.has(name.replace(/\.(br|gz)$/, ""))) continue;
    const path = `/${relative(directory, name).split(sep).map(encodeURIComponent).join("/")}`;
    files.set(path, await readStaticFile(name, path, present));
  }
  return { matches: (path) => files.has(path), handle: serve(files) };
}

async function listFiles(directory: string): Promise<string[] | null> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

async function readStaticFile(name: string, path: string, present: ReadonlySet<string>): Promise<StaticFile> {
  const identity = await readFile(name);
  const bodies: StaticFile["bodies"] = {
    identity,
    ...(present.has(`${name}.br`) ? { br: await readFile(`${name}.br`) } : {}),
    ...(present.has(`${name}.gz`) ? { gzip: await readFile(`${name}.gz`) } : {}),
  };
  return {
    type: TYPES[extname(name).toLowerCase()] ?? "application/octet-stream",
    etag: createHash("sha256").update(identity).digest("base64url").slice(0, 22),
    cacheControl: path.startsWith(HASHED)
      ? "public, max-age=31536000, immutable"
      : "public, max-age=0, must-revalidate",
    bodies,
  };
}

function serve(files: ReadonlyMap<string, StaticFile>): Handler {
  return (request, response) => {
    const file = files.get((request.url ?? "").split("?", 1)[0] ?? "");
    if (file === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();
      return;
    }
    answer(file, request, response);
  };
}

function answer(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  const encoding = chooseEncoding(file, request.headers["accept-encoding"]);
  const body = file.bodies[encoding] ?? file.bodies.identity;
  const etag = `"${file.etag}-${encoding}"`;
  const headers = {
    "Cache-Control": file.cacheControl,
    ETag: etag,
    Vary: "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
  };
  if (request.headers["if-none-match"]?.includes(etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    "Content-Type": file.type,
    "Content-Length": body.length,
    ...(encoding === "identity" ? {} : { "Content-Encoding": encoding }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function chooseEncoding(file: StaticFile, accepted: string | string[] | undefined): Encoding {
  const wanted = String(accepted ?? "")
    .split(",")
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(";", 1)[0]?.trim());
  if (file.bodies.br !== undefined && wanted.includes("br")) return "br";
  if (file.bodies.gzip !== undefined && wanted.includes("gzip")) return "gzip";
  return "identity";
}
