// `npm run lock`, after `npm install` changed packages: names the builds for other platforms that npm leaves out of
// package-lock.json where its registry lacks them or node_modules exists. Without them `npm ci` refuses the lock file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./steps.mjs";

const FILE = join(root, "package-lock.json");

/** Optional packages that the lock file asks for and does not have. */
function findMissing(lock) {
  return Object.entries(lock.packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isThere(lock, parent, name))
      .map(([name, version]) => ({ path: `node_modules/${name}`, version, dev })),
  );
}

function isThere(lock, parent, name) {
  return `node_modules/${name}` in lock.packages || `${parent}/node_modules/${name}` in lock.packages;
}

/** What the package's own manifest would say, read from its name: `@oxlint/binding-linux-arm-musleabihf`. */
function entryOf({ path, version, dev }) {
  const os = /darwin|win32|linux|android|freebsd|openharmony/.exec(path)?.[0];
  const cpu = /arm64|x64|ia32|ppc64|riscv64|s390x|arm/.exec(path.slice(path.indexOf(os)))?.[0];
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`${path}@${version} is no build for one platform: add it to package-lock.json by hand.`);
  }
  const libc = os === "linux" ? (/musl/.exec(path) ? ["musl"] : /gnu/.exec(path) ? ["glibc"] : null) : null;
  return [path, { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc }), optional: true, os: [os] }];
}

function complete() {
  const lock = JSON.parse(readFileSync(FILE, "utf8"));
  const added = findMissing(lock).map(entryOf);
  const { "": project, ...packages } = { ...lock.packages, ...Object.fromEntries(added) };
  const sorted = Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const packagesInOrder = Object.fromEntries([["", project], ...sorted]);
  writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: packagesInOrder }, null, 2)}\n`);
  console.log(`${added.length} builds for other platforms were added to package-lock.json.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) complete();
