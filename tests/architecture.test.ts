import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

type Layer = {
  /** Layers of ours that it may import, besides itself. */
  imports: readonly string[];
  /** Packages that it may import. Types may come from every package. */
  packages: readonly string[];
  /** Whether it may touch the machine it runs on. */
  node: boolean;
  /** At least as many files must have been read. */
  files: number;
};

const BASE = ["config", "errors", "log"];

/** Who may import whom: docs/architecture.md, "Where things are". */
const LAYERS: Record<string, Layer> = {
  config: { imports: ["errors"], packages: ["ipaddr.js"], node: true, files: 1 },
  errors: { imports: [], packages: [], node: false, files: 1 },
  log: { imports: [], packages: ["pino"], node: false, files: 1 },
  domain: { imports: [], packages: ["cron-parser"], node: false, files: 40 },
  store: {
    imports: ["domain", ...BASE],
    packages: ["pg", "pg-copy-streams", "@prisma/adapter-pg", "zod"],
    node: true,
    files: 40,
  },
  delivery: {
    imports: ["domain", ...BASE],
    packages: ["@slack/webhook", "ipaddr.js", "nodemailer", "undici"],
    node: true,
    files: 40,
  },
  auth: { imports: ["domain", "store", ...BASE], packages: ["better-auth"], node: true, files: 4 },
  ping: {
    imports: ["domain", "store", ...BASE],
    packages: ["postal-mime", "smtp-server"],
    node: true,
    files: 10,
  },
  checker: { imports: ["domain", "store", "delivery", ...BASE], packages: [], node: true, files: 6 },
  zones: { imports: ["domain", ...BASE], packages: ["moment-timezone"], node: true, files: 9 },
  services: {
    imports: ["domain", "store", "auth", "delivery", "zones", ...BASE],
    packages: [],
    node: false,
    files: 15,
  },
  server: {
    imports: ["domain", "store", "delivery", "auth", "ping", "checker", "services", "zones", ...BASE],
    packages: ["ipaddr.js", "next", "pino", "prom-client"],
    node: true,
    files: 25,
  },
  components: {
    imports: ["domain"],
    packages: ["react", "react-dom", "next", "@mantine", "@tanstack/react-virtual", "lucide-react", "geist"],
    node: false,
    files: 60,
  },
  app: {
    imports: ["services", "auth", "domain", "components", "errors"],
    packages: ["react", "next", "@mantine", "geist", "lucide-react"],
    node: false,
    files: 25,
  },
  proxy: { imports: [], packages: ["next"], node: false, files: 1 },
};

/** Belfry's version, for everybody. */
const VERSION_FILE = "../../package.json";

type Source = { path: string; layer: string; text: string };

type Import = { from: string; specifier: string; typeOnly: boolean };

function readSources(): Source[] {
  return ["app", "components", "lib", "proxy.ts"].flatMap(listFiles).map((path) => ({
    path,
    layer: layerOf(path),
    text: readFileSync(join(ROOT, path), "utf8"),
  }));
}

function listFiles(start: string): string[] {
  if (start.endsWith(".ts")) return [start];
  return readdirSync(join(ROOT, start), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !path.startsWith("lib/store/generated/"));
}

/** `lib/store/jobs.ts` → store, `lib/config.ts` → config, `app/page.tsx` → app. */
function layerOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return (first === "lib" ? second : first).replace(/\.ts$/, "");
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"|\brequire\(\s*"([^"]+)"/gm;

function importsOf({ path, text }: Source): Import[] {
  return Array.from(text.matchAll(IMPORT), ([whole, type, ...specifiers]) => ({
    from: path,
    specifier: specifiers.find((specifier) => specifier !== undefined) ?? "",
    typeOnly: type !== undefined || /^(import|export)\s+\{(\s*type\s[^,}]+,?)+\s*\}/.test(whole),
  }));
}

/** The layer that a relative import leads to; null for packages. */
function targetOf({ from, specifier }: Import): string | null {
  if (!specifier.startsWith(".")) return null;
  return layerOf(
    relative(ROOT, join(ROOT, dirname(from), specifier))
      .split(sep)
      .join("/"),
  );
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isAllowedPackage(layer: Layer, specifier: string): boolean {
  const name = packageOf(specifier);
  return (
    layer.packages === null || layer.packages.some((allowed) => name === allowed || name.startsWith(`${allowed}/`))
  );
}

const sources = readSources();
const imports = sources.flatMap((source) => importsOf(source).map((found) => ({ ...found, layer: source.layer })));

describe("what was read", () => {
  test.each(Object.entries(LAYERS))("%s", (name, layer) => {
    expect(sources.filter((source) => source.layer === name).length).toBeGreaterThanOrEqual(layer.files);
  });

  test("every file belongs to a layer, and its imports were seen", () => {
    expect(sources.filter((source) => !(source.layer in LAYERS)).map((source) => source.path)).toEqual([]);
    expect(imports.length).toBeGreaterThan(sources.length * 2);
    expect(imports.filter((found) => found.typeOnly).length).toBeGreaterThan(100);
  });
});

test("every way of importing is seen", () => {
  const text = [
    'import { a, type B } from "one";',
    'import type { C } from "two";',
    'import { type D, type E } from "three";',
    'import "four";',
    'export { f } from "five";',
    'import {\n  g,\n  h,\n} from "six";',
    'const i = await import("seven");',
    'const j = require("eight");',
    'import k, { l } from "./nine.ts";',
  ].join("\n");
  const found = importsOf({ path: "lib/store/x.ts", layer: "store", text });
  expect(found.map(({ specifier }) => specifier)).toEqual([
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "./nine.ts",
  ]);
  expect(found.filter(({ typeOnly }) => typeOnly).map(({ specifier }) => specifier)).toEqual(["two", "three"]);
});

describe("who may import whom", () => {
  test.each(Object.entries(LAYERS))("%s", (name, layer) => {
    const own = imports.filter((found) => found.layer === name);
    const wrong = own.filter((found) => {
      if (found.specifier === VERSION_FILE) return false;
      const target = targetOf(found);
      if (target !== null) return target !== name && !layer.imports.includes(target);
      if (found.specifier.startsWith("node:")) return !layer.node;
      return !found.typeOnly && !isAllowedPackage(layer, found.specifier);
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test("pg and Prisma's client are used by the store alone", () => {
    const users = imports.filter(({ specifier, typeOnly }) => /^(pg|@prisma\/.*)$/.test(specifier) && !typeOnly);
    expect(users.filter(({ layer }) => layer !== "store").map(({ from }) => from)).toEqual([]);
    const generated = imports.filter(({ specifier, layer }) => specifier.includes("/generated/") && layer !== "store");
    expect(generated.map(({ from }) => from)).toEqual([]);
  });

  test("imports below lib name their file", () => {
    const vague = imports.filter(
      ({ from, specifier }) => from.startsWith("lib/") && /^\.(?!.*\.(ts|json)$)/.test(specifier),
    );
    expect(vague.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
    const lost = imports.filter(
      ({ from, specifier }) => /^\..*\.tsx?$/.test(specifier) && !leadsSomewhere(from, specifier),
    );
    expect(lost.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });
});

function leadsSomewhere(from: string, specifier: string): boolean {
  return existsSync(join(ROOT, dirname(from), specifier));
}

/** Rules about words in the text, each with the files that are excused and why. */
const TEXT_RULES: { rule: string; pattern: RegExp; layers?: readonly string[]; excused: Record<string, string> }[] = [
  {
    rule: "the environment is read in one place",
    pattern: /process\.env|process\[/,
    excused: {
      "lib/config.ts": "it is that place",
      "proxy.ts": "only NODE_ENV, which Next puts in at build time",
    },
  },
  {
    rule: "SQL asks belfry_now() for the time, which tests can move",
    pattern:
      /(?<![.\w])(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)(?!\s*[:{])|\bcurrent_timestamp\b/i,
    excused: {
      "lib/store/clock.ts": "compares belfry_now() with the real clock, to refuse a moved one",
      "lib/store/migrate.ts": "the history table is Prisma's own, column for column",
    },
  },
  {
    rule: "the domain has no clock and no chance of its own",
    pattern: /Date\.now|new Date\(\)|performance\.now|Math\.random|randomUUID|setTimeout|setInterval/,
    layers: ["domain"],
    excused: {},
  },
];

describe("words that may not be written", () => {
  test.each(TEXT_RULES)("$rule", ({ pattern, layers, excused }) => {
    const hits = sources
      .filter((source) => layers === undefined || layers.includes(source.layer))
      .filter((source) => pattern.test(source.text))
      .map((source) => source.path);
    // Both ways: an excuse that is not needed any more has to go.
    expect(hits.toSorted()).toEqual(Object.keys(excused).toSorted());
  });
});

describe("names", () => {
  test("say what is inside: no barrels, no drawers for everything", () => {
    const vague = sources.filter(({ path }) =>
      /(^|\/)(index|utils?|helpers?|common|misc|shared)(\.tsx?|\/)/.test(path),
    );
    expect(vague.map(({ path }) => path)).toEqual([]);
  });

  test("are kebab-case", () => {
    const odd = sources.filter(({ path }) => /[A-Z_ ]/.test(path.split("/").at(-1) ?? ""));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});
