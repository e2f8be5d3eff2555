import type { Act } from "../../lib/domain/act-link.ts";
import { counted } from "../base/counted.ts";
import { visibleText } from "../base/visible-text.ts";
import type { IncidentView } from "./incident-items.tsx";

/** What a link in a message would do. */
export type ActView = {
  act: Act;
  by: string;
  incidents: IncidentView[];
  outage: { host: string | null; total: number } | null;
  open: number;
  done: boolean;
};

const ASKED: Readonly<Record<Act, string>> = {
  acknowledge: "Acknowledge",
  snooze: "Snooze for 1 hour:",
  mute: "Mute",
};

/** What the page is about. */
export function actTitle(page: ActView): string {
  return page.open === 0 ? "It is over" : `${ASKED[page.act]} ${whatOf(page)}${page.done ? "" : "?"}`;
}

/** The job's name, or how many incidents of which machine. */
function whatOf({ incidents, outage, open }: ActView): string {
  const [first] = incidents;
  if (outage === null) return first === undefined ? "the incident" : visibleText(first.jobName);
  const where = outage.host === null ? "of the project" : `of ${visibleText(outage.host)}`;
  return `${counted(open, "open incident")} ${where}`;
}

export const ACT_BUTTON: Readonly<Record<Act, string>> = {
  acknowledge: "Acknowledge",
  snooze: "Snooze for 1 hour",
  mute: "Mute",
};

/** What happens then. */
export const ACT_MEANING: Readonly<Record<Act, string>> = {
  acknowledge:
    "The others see that somebody looks after it. The next reminder comes in a day, and nobody else is woken.",
  snooze: "Nobody is reminded for an hour. Then people hear of it again, if it is not over.",
  mute: "Nobody is told of it any more, not even of its end. Other incidents are told as always.",
};

/** What became of it. */
export const ACT_DONE: Readonly<Record<Act, string>> = {
  acknowledge: "Acknowledged. The next reminder comes in a day.",
  snooze: "Snoozed for an hour.",
  mute: "Muted. Nobody is told of it any more.",
};

export const ACT_ALREADY: Readonly<Record<Act, string>> = {
  acknowledge: "Somebody looks after it already.",
  snooze: "It is snoozed already.",
  mute: "It is muted already.",
};
