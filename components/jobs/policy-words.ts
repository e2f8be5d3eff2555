import type { PingPolicy } from "../../lib/domain/ping-policy.ts";
import type { PolicyValues } from "./job-form-values.ts";

const PLACES: Readonly<Record<string, string>> = {
  subject: "the subject of mails",
  mail: "the text of mails",
  http: "the body of requests",
};

/** In a few words, none of them from outside: "POST only · 3 keywords · manual resume". */
export function policyBrief(policy: PolicyValues | PingPolicy): string {
  const words = policy.failureWords.length + policy.successWords.length + policy.startWords.length;
  const parts = [
    ...(policy.methods === "post" ? ["POST only"] : []),
    ...(words > 0 ? [words === 1 ? "1 keyword" : `${words} keywords`] : []),
    ...(policy.manualResume ? ["manual resume"] : []),
  ];
  return parts.length === 0 ? "By their address alone" : parts.join(" · ");
}

/** "the subject of mails and the body of requests" */
export function placesText(places: readonly string[]): string {
  const names = places.map((place) => PLACES[place] ?? place);
  const last = names.at(-1) ?? "nothing";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
