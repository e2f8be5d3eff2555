import { DAY, type Millis } from "./time.ts";

/** What the link in a drill's message says. */
export const SEEN_LABEL = "I have seen it";

/** From the drill on. */
export const SEEN_LINK_LIFE_MS: Millis = 7 * DAY;

const PURPOSE = "seen";

/** As texts, to be signed. */
export function seenClaims(deliveryId: string): Record<string, string> {
  return { for: PURPOSE, delivery: deliveryId };
}

/** The delivery of a drill that somebody has seen; null for links that do something else. */
export function seenDelivery(claims: Readonly<Record<string, string>>): string | null {
  return claims.for === PURPOSE ? (claims.delivery ?? null) : null;
}
