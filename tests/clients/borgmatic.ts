import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, runCommand } from "./belfry.ts";
import { missingCommand } from "./missing.ts";

/** Ping addresses of borgmatic's three hooks, as people write them into its configuration. */
export type HookUrls = { healthchecks: string; cronitor: string; cronhub: string };

/** A borgmatic with a repository and a configuration of its own. */
export type Borgmatic = {
  /** Makes a backup; with `failing` its hook before the backup ends with 3. */
  backUp(options: { failing: boolean }): Promise<Ended>;
  remove(): void;
};

/** Why borgmatic cannot be run here; null where it can. */
export function borgmaticMissing(): string | null {
  const missing = missingCommand("borgmatic", "borgmatic") ?? missingCommand("borg", "borgbackup");
  if (missing !== null) return missing;
  const version = execFileSync("borgmatic", ["--version"], { encoding: "utf8" }).trim();
  return version.startsWith("1.7.") ? null : `borgmatic ${version} reads another configuration than Debian 12's 1.7`;
}

/** Makes the repository, too. */
export async function setUpBorgmatic(urls: HookUrls): Promise<Borgmatic> {
  const folder = mkdtempSync(join(tmpdir(), "belfry-borgmatic-"));
  const source = join(folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "ledger.txt"), "42 rows\n");
  const run = (file: string, ...args: string[]): Promise<Ended> =>
    runCommand("borgmatic", ["--config", join(folder, file), "--log-file", join(folder, "log"), ...args], {
      env: { HOME: folder },
    });
  const write = (file: string, command: string): void =>
    writeFileSync(join(folder, file), configuration({ folder, source, urls, command }));
  write("good.yaml", "true");
  write("failing.yaml", "exit 3");

  const made = await run("good.yaml", "init", "--encryption", "none");
  if (made.code !== 0) throw new Error(`borgmatic init ended with ${made.code}:\n${made.stdout}${made.stderr}`);
  return {
    backUp: ({ failing }) => run(failing ? "failing.yaml" : "good.yaml", "create", "--monitoring-verbosity", "1"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As `generate-borgmatic-config` of Debian's version lays it out. */
function configuration(given: { folder: string; source: string; urls: HookUrls; command: string }): string {
  return `
location:
    source_directories:
        - ${given.source}
    repositories:
        - ${join(given.folder, "repository")}
storage:
    unknown_unencrypted_repo_access_is_ok: true
consistency:
    checks:
        - name: disabled
hooks:
    before_backup:
        - "${given.command}"
    healthchecks:
        ping_url: ${given.urls.healthchecks}
    cronitor:
        ping_url: ${given.urls.cronitor}
    cronhub:
        ping_url: ${given.urls.cronhub}
`;
}
