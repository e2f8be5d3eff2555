import type { Act } from "../../lib/domain/act-link.ts";
import { visibleText } from "../base/visible-text.ts";
import type { IncidentView } from "./incident-items.tsx";
import { ofMachine, type OutagePlace } from "./outage-words.ts";

/** What a link in a message would do. */
export type ActView = {
  act: Act;
  by: string;
  incidents: IncidentView[];
  outage: (OutagePlace & { total: number }) | null;
  project: string;
  open: number;
  done: boolean;
};

const VERB: Readonly<Record<Act, string>> = { acknowledge: "Acknowledge", snooze: "Snooze", mute: "Mute" };

const PARTICIPLE: Readonly<Record<Act, string>> = { acknowledge: "acknowledged", snooze: "snoozed", mute: "muted" };

/** What the page asks for, or what is done. */
export function actTitle(page: ActView): string {
  const { act, open, done } = page;
  if (open === 0) return "It is over";
  const what = whatOf(page);
  if (!done) return `${VERB[act]} ${what}${act === "snooze" ? " for 1 hour" : ""}?`;
  const subject = open === 1 ? what : what.charAt(0).toUpperCase() + what.slice(1);
  return `${subject} ${open === 1 ? "is" : "are"} ${PARTICIPLE[act]}`;
}

/** The job's name, or how many incidents of which machine. */
function whatOf({ incidents, outage, open }: ActView): string {
  const [first] = incidents;
  if (outage === null || open === 1) return first === undefined ? "the incident" : visibleText(first.jobName);
  return `all ${open} open incidents${ofMachine(outage)}`;
}

/** The button says how many it is about. */
export function actButton({ act, open }: Pick<ActView, "act" | "open">): string {
  return `${VERB[act]}${open > 1 ? ` all ${open}` : ""}${act === "snooze" ? " for 1 hour" : ""}`;
}

/** What happens then. */
export function actMeaning({ act, open }: Pick<ActView, "act" | "open">): string {
  const [it, its] = open > 1 ? ["them", "their"] : ["it", "its"];
  switch (act) {
    case "acknowledge":
      return `The others see that somebody looks after ${it}. The next reminder comes in a day, and nobody else is woken.`;
    case "snooze":
      return `Nobody is reminded for an hour. Then people hear of ${it} again, if it is not over.`;
    case "mute":
      return `Nobody is told of ${it} any more, not even of ${its} end. Other incidents are told as always.`;
  }
}

/** What became of it. */
export function actDone({ act, open }: Pick<ActView, "act" | "open">): string {
  switch (act) {
    case "acknowledge":
      return "Acknowledged. The next reminder comes in a day.";
    case "snooze":
      return "Snoozed for an hour.";
    case "mute":
      return `Muted. Nobody is told of ${open > 1 ? "them" : "it"} any more.`;
  }
}

/** It was so before. */
export function actAlready({ act, open }: Pick<ActView, "act" | "open">): string {
  if (act === "acknowledge") return `Somebody looks after ${open > 1 ? "all of them" : "it"} already.`;
  return `${open > 1 ? "They are" : "It is"} ${PARTICIPLE[act]} already.`;
}
