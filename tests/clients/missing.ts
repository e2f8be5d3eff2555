import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Why a program of one of Debian's packages cannot be run here, in words for people; null where it can. */
export function missingCommand(name: string, debianPackage: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  if (folders.some((folder) => folder !== "" && existsSync(join(folder, name)))) return null;
  return `no ${name}: install Debian's package ${debianPackage} (apt-get install ${debianPackage})`;
}
