// Programs that some tests drive and npm does not bring.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { attempt, root, step } from "./steps.mjs";

const TOOLS = [
  { package: "borgbackup", isThere: () => ["borg"].some(isInstalled) },
  { package: "borgmatic", isThere: () => ["borgmatic"].some(isInstalled) },
  { package: "chromium", isThere: () => ["chromium", "chromium-browser", "google-chrome"].some(isInstalled) },
  { package: "cron", isThere: () => ["cron"].some(isInstalled) },
  { package: "curl", isThere: () => ["curl"].some(isInstalled) },
  { package: "faketime", isThere: () => ["faketime"].some(isInstalled) },
  { package: "redis-server", isThere: () => ["redis-server"].some(isInstalled) },
  { package: "tzdata", isThere: hasCurrentZones },
];

/** Installs Debian's packages where root may; else says what to install. The tests that miss one skip themselves. */
export async function findMissingTools() {
  const missing = TOOLS.filter(({ isThere }) => !isThere()).map((tool) => tool.package);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    console.log(
      `Not on this machine, or old: ${missing.join(", ")}. Tests that need them are skipped. To run them too:`,
    );
    console.log(`  sudo apt-get install ${missing.join(" ")}`);
    return;
  }
  await step(`Installing ${missing.join(", ")}`, async (note) => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await attempt("apt-get", ["update"], { log: "apt-update", env });
    const args = ["install", "--yes", "--no-install-recommends", ...missing];
    const { code, file } = await withoutServices(() => attempt("apt-get", args, { log: "apt-install", env }));
    if (code !== 0) note(`failed, see ${file}; the tests that need them are skipped`);
  });
}

/** Debian starts what it installs, unless this file says no: the tests start what they need themselves. */
async function withoutServices(work) {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return work();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(policy, { force: true });
  }
}

/** Cron's folder is not on everybody's path. */
function isInstalled(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/bin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, name)));
}

/** Whether the system's time zones are as new as those that Belfry brings: its own are tested against both. */
function hasCurrentZones() {
  const file = "/usr/share/zoneinfo/tzdata.zi";
  if (!existsSync(file)) return false;
  const [, version = ""] = /^# version (\S+)/.exec(readFileSync(file, "latin1")) ?? [];
  const shipped = join(root, "node_modules", "moment-timezone", "data", "packed", "latest.json");
  return version >= JSON.parse(readFileSync(shipped, "utf8")).version;
}
