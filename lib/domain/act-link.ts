import type { AlertEvent } from "./incident.ts";
import { DAY, HOUR, type Millis } from "./time.ts";

/** What people can do about an incident from its message, without signing in. */
export type Act = "acknowledge" | "snooze" | "mute";

export const ACTS: readonly Act[] = ["acknowledge", "snooze", "mute"];

/** What a button says: of an outage whose `open` incidents it is about, how many these are. */
export function actLabel(act: Act, open = 1): string {
  const all = open > 1 ? ` all ${open}` : "";
  switch (act) {
    case "acknowledge":
      return `Acknowledge${all}`;
    case "snooze":
      return all === "" ? "Snooze 1 h" : `Snooze${all} for 1 h`;
    case "mute":
      return `Mute${all}`;
  }
}

export const SNOOZE_BY_LINK_MS: Millis = HOUR;

/** From the alert on. */
export const ACT_LINK_LIFE_MS: Millis = 7 * DAY;

/** What a link in a message does, and over what it came. */
export type ActLink = {
  act: Act;
  /** One incident, or all open ones of an outage. */
  about: "incident" | "outage";
  id: string;
  /** Null: mail to `recipient`. */
  channelId: string | null;
  recipient: string | null;
};

const PURPOSE = "act";

/** Whether a message of this event says what people can do: not of what is over, nor of what is no incident. */
export function offersActs(event: AlertEvent): boolean {
  return event === "opened" || event === "changed" || event === "reminder" || event === "unstable";
}

/** As texts, to be signed. */
export function claimsOf({ act, about, id, channelId, recipient }: ActLink): Record<string, string> {
  const [way, receiver] = channelId === null ? ["to", recipient ?? ""] : ["over", channelId];
  return { for: PURPOSE, do: act, [about]: id, [way]: receiver };
}

/** Null for links that do something else. */
export function actLinkOf(claims: Readonly<Record<string, string>>): ActLink | null {
  const act = ACTS.find((known) => known === claims.do);
  const about = claims.outage === undefined ? "incident" : "outage";
  const id = claims[about];
  if (claims.for !== PURPOSE || act === undefined || id === undefined) return null;
  return { act, about, id, channelId: claims.over ?? null, recipient: claims.to ?? null };
}
