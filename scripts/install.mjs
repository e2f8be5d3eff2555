// Needs nothing but Node: it runs before anything is installed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, step, StepError } from "./steps.mjs";

/** Installs the packages of the lock file, unless exactly these are there. */
export async function install() {
  if (isInstalled()) return;
  await step("Installing packages", () =>
    run(...npm(["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--ignore-scripts"]), {
      log: "install",
    }),
  );
  if (!isInstalled())
    throw new StepError("npm ci ended well, but packages are missing. Remove node_modules and try again.");
}

/** npm keeps a list of what it installed, written last: an installation that was broken off has none. */
function isInstalled() {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "" || optional) return true;
    return present[path]?.version === version;
  });
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

/** npm as the one that runs us, where there is one. */
function npm(args) {
  const path = process.env.npm_execpath;
  return path?.endsWith(".js") ? [process.execPath, [path, ...args]] : ["npm", args];
}
