import { visibleText } from "../base/visible-text.ts";

/** What the incidents of an outage have in common. */
export type OutagePlace = { kind: "host" | "project"; host: string | null };

/** ` of db-03`, to follow a noun; empty where they are of more than one machine. */
export function ofMachine({ kind, host }: OutagePlace): string {
  return kind === "host" && host !== null ? ` of ${visibleText(host)}` : "";
}

/** Why they count as one outage: a sentence. */
export function whyTogether({ kind, host }: OutagePlace, project: string | null): string {
  if (kind === "host" && host !== null) {
    return `They belong together: these jobs run on the same machine, ${visibleText(host)}, and got into trouble at the same time.`;
  }
  const where = project === null ? "the project" : visibleText(project);
  return `They belong together: more than half of the jobs that had to run in ${where} got into trouble at the same time.`;
}
