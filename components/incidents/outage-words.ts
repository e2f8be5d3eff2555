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

export type OutageCount = {
  open: number;
  /** Of those that are open. */
  unacknowledged: number;
  total: number;
};

/** The button for all of them. Null: nothing is left to acknowledge but the incident shown, which has a button of its own. */
export function acknowledgeWords({ open, unacknowledged }: OutageCount, shownWaits: boolean): string | null {
  if (unacknowledged === (shownWaits ? 1 : 0)) return null;
  if (open === 1) return "Acknowledge it";
  if (unacknowledged === open) return `Acknowledge all ${open}`;
  return unacknowledged === 1 ? "Acknowledge the remaining one" : `Acknowledge the remaining ${unacknowledged}`;
}

/** How many of them are still open, and whether somebody looks after those. */
export function openWords({ open, unacknowledged, total }: OutageCount): string {
  if (open === 0) return "all are well again";
  const all = open === 1 ? "acknowledged" : "all acknowledged";
  return `${open} of ${total} ${open === 1 ? "is" : "are"} open${unacknowledged === 0 ? `, ${all}` : ""}`;
}
