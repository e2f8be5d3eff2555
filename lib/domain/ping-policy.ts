import type { PingAction } from "./ping.ts";

/** Where keywords are looked for: in the subject or the text of a mail, in the body of a request. */
export type WordPlace = "subject" | "mail" | "http";

/** How the pings of one job are read, where its owner wants more than the address says. */
export type PingPolicy = {
  /** `post`: other requests are kept, but change nothing. */
  methods: "any" | "post";
  /** While paused, a success does not resume the job. */
  manualResume: boolean;
  /** Looked for in this order: failure, success, start. Case counts. */
  failureWords: readonly string[];
  successWords: readonly string[];
  startWords: readonly string[];
  places: readonly WordPlace[];
  /** What a ping means in which no keyword is found. */
  otherwise: "ignore" | "fail";
};

export const PLAIN_POLICY: PingPolicy = {
  methods: "any",
  manualResume: false,
  failureWords: [],
  successWords: [],
  startWords: [],
  places: [],
  otherwise: "ignore",
};

/** What a policy looks at. */
export type ReadablePing = {
  action: PingAction;
  /** GET, HEAD or POST; anything else counts as sent on purpose. */
  method: string;
  texts: Readonly<Partial<Record<WordPlace, string>>>;
};

/**
 * What a ping means under a policy: an action, or null where it is only kept. Keywords override the action of the address
 * where the ping has a place in which they are looked for; a log line and an announced skip stay what they are. So do a
 * start and a failure that bring no text: silence is no reason to turn them into something else.
 */
export function readByPolicy(policy: PingPolicy, ping: ReadablePing): PingAction | null {
  if (policy.methods === "post" && (ping.method === "GET" || ping.method === "HEAD")) return null;
  if (ping.action === "log" || ping.action === "skip") return ping.action;
  const texts = policy.places.flatMap((place) => ping.texts[place] ?? []);
  if (texts.length === 0 || !hasWords(policy)) return ping.action;
  if (ping.action !== "success" && texts.every((text) => text.trim() === "")) return ping.action;
  const found = (words: readonly string[]) => words.some((word) => texts.some((text) => text.includes(word)));
  if (found(policy.failureWords)) return "fail";
  if (found(policy.successWords)) return "success";
  if (found(policy.startWords)) return "start";
  return policy.otherwise === "fail" ? "fail" : null;
}

function hasWords({ failureWords, successWords, startWords }: PingPolicy): boolean {
  return failureWords.length + successWords.length + startWords.length > 0;
}
