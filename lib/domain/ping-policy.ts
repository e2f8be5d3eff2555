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
  /** Null where the address gave none. */
  exitCode: number | null;
  /** GET, HEAD or POST; anything else counts as sent on purpose. */
  method: string;
  texts: Readonly<Partial<Record<WordPlace, string>>>;
};

/**
 * What a ping means under a policy: an action, or null where it is only kept. A keyword that is found, in a place where
 * it is looked for, overrides the action of the address. Where none is, only a plain success may mean something else: a
 * start, a failure and an exit status were said in so many words. A log line and an announced skip stay what they are.
 */
export function readByPolicy(policy: PingPolicy, ping: ReadablePing): PingAction | null {
  if (policy.methods === "post" && (ping.method === "GET" || ping.method === "HEAD")) return null;
  if (ping.action === "log" || ping.action === "skip") return ping.action;
  const texts = policy.places.flatMap((place) => ping.texts[place] ?? []);
  if (texts.length === 0 || !hasWords(policy)) return ping.action;
  const found = (words: readonly string[]) => words.some((word) => texts.some((text) => text.includes(word)));
  if (found(policy.failureWords)) return "fail";
  if (found(policy.successWords)) return "success";
  if (found(policy.startWords)) return "start";
  if (ping.action !== "success" || ping.exitCode !== null) return ping.action;
  return policy.otherwise === "fail" ? "fail" : null;
}

function hasWords({ failureWords, successWords, startWords }: PingPolicy): boolean {
  return failureWords.length + successWords.length + startWords.length > 0;
}
