import type { ActionResult } from "../base/form-state.ts";
import { counted } from "../base/counted.ts";

/** What the buttons of an incident ask for. A snooze: `for` a length of time, or `until` a time in ISO 8601 or "success". */
export type Handling =
  | { kind: "acknowledge" | "unacknowledge" | "unsnooze" | "mute" | "unmute" }
  | { kind: "snooze"; for?: string; until?: string };

export const ACTION_KINDS = ["acknowledge", "unacknowledge", "snooze", "unsnooze", "mute", "unmute"] as const;

export type Handle = (incidentIds: string[], handling: Handling) => Promise<ActionResult>;

const DONE: Readonly<Record<Handling["kind"], string>> = {
  acknowledge: "Acknowledged",
  unacknowledge: "Acknowledgement taken back",
  snooze: "Snoozed",
  unsnooze: "Snooze ended",
  mute: "Muted",
  unmute: "Mute ended",
};

const THEN: Readonly<Record<Handling["kind"], string>> = {
  acknowledge: "The next reminder comes in a day.",
  unacknowledge: "Reminders go on as before.",
  snooze: "People are reminded when it ends, if the trouble is not over by then.",
  unsnooze: "Reminders go on as before; of what is acknowledged, in a day.",
  mute: "Nobody is told of it any more, not even of its end.",
  unmute: "Reminders go on as before; of what is acknowledged, in a day.",
};

/** What became of it, in a sentence or two. */
export function handledText(handling: Handling, { changed, asked }: { changed: number; asked: number }): string {
  if (changed === 0) return asked === 1 ? "It was so already." : "They were so already, or are over.";
  const { kind } = handling;
  const then = kind === "snooze" && handling.until === "success" ? "Nobody is reminded until it is over." : THEN[kind];
  return `${DONE[kind]}${asked === 1 ? "" : `: ${counted(changed, "incident")}`}. ${then}`;
}
