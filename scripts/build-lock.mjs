import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./steps.mjs";

const LOCK = join(root, "dist", "build.lock");

/** Waits for another build in this folder. @returns {Promise<() => Promise<void>>} lets go of it */
export async function lockBuild() {
  for (let told = false; ; told = true) {
    if (
      await mkdir(LOCK).then(
        () => true,
        () => false,
      )
    )
      break;
    const holder = await findHolder();
    if (holder === "gone") await rm(LOCK, { recursive: true, force: true });
    else if (!told) console.log(`Another build is running here (process ${holder}); waiting for it.`);
    await sleep(500);
  }
  await writeFile(join(LOCK, "pid"), String(process.pid));
  return () => rm(LOCK, { recursive: true, force: true });
}

/** Its process id; `gone` where it died. A lock without a name is one that is just being taken, or was never finished. */
async function findHolder() {
  const pid = Number(await readFile(join(LOCK, "pid"), "utf8").catch(() => ""));
  if (pid > 0) return isAlive(pid) ? pid : "gone";
  const { mtimeMs } = await stat(LOCK).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs > 10_000 ? "gone" : "unknown";
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
