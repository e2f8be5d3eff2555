import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** CPU seconds of a process and all its children, living or ended; null where the system does not tell (only Linux does). */
export function cpuSecondsOf(pid: number): number | null {
  try {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const processes = all.map(statOf).filter((stat) => stat !== null);
    const own = processes.find((stat) => stat.pid === pid);
    if (own === undefined) return null;
    const children = processes.filter((stat) => stat.parent === pid);
    return (own.ticks + own.endedTicks + children.reduce((sum, { ticks }) => sum + ticks, 0)) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

function statOf(name: string): { pid: number; parent: number; ticks: number; endedTicks: number } | null {
  try {
    const text = readFileSync(`/proc/${name}/stat`, "utf8");
    // The second field is the command in parentheses, which may hold anything.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [fields[1], ...fields.slice(11, 15)];
    return { pid: Number(name), parent, ticks: user + system, endedTicks: endedUser + endedSystem };
  } catch {
    return null;
  }
}
