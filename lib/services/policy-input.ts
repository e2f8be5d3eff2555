import { type PingPolicy, PLAIN_POLICY, type WordPlace } from "../domain/ping-policy.ts";
import { AppError } from "../errors.ts";
import { given, parseAll, typedText } from "./input.ts";

/** How pings are read, as a form or a command gives it; every part is checked. */
export type PolicyInput = {
  methods: string;
  manualResume: boolean;
  failureWords: readonly string[];
  successWords: readonly string[];
  startWords: readonly string[];
  places: readonly string[];
  otherwise: string;
};

const MOST_WORDS = 20;
const WORD_MAX = 100;

const WORD_PLACES: readonly WordPlace[] = ["subject", "mail", "http"];

/**
 * The policy of a job; null where it asks for nothing. Keywords are looked for everywhere unless `places` says otherwise.
 * @throws AppError `invalid`: names every field that is wrong.
 */
export function parsePolicy(input: Partial<PolicyInput> | null): PingPolicy | null {
  const typed: PolicyInput = { ...PLAIN_POLICY, places: WORD_PLACES, ...given(input ?? {}) };
  const policy = parseAll<PingPolicy>({
    methods: () => parseMethods(typed.methods),
    manualResume: () => typed.manualResume,
    failureWords: () => parseWords(typed.failureWords, "failureWords"),
    successWords: () => parseWords(typed.successWords, "successWords"),
    startWords: () => parseWords(typed.startWords, "startWords"),
    places: () => parsePlaces(typed.places),
    otherwise: () => parseOtherwise(typed.otherwise),
  });
  const words = policy.failureWords.length + policy.successWords.length + policy.startWords.length;
  if (words > 0 && policy.places.length === 0) {
    throw new AppError("invalid", "Say where the keywords are looked for.", "places");
  }
  if (words > 0) return policy;
  const { methods, manualResume } = policy;
  return methods === "any" && !manualResume ? null : { ...PLAIN_POLICY, methods, manualResume };
}

function parseMethods(text: string): PingPolicy["methods"] {
  if (text === "any" || text === "post") return text;
  throw new AppError("invalid", `"${text.slice(0, 40)}" is no rule for requests; use any or post.`, "methods");
}

function parseWords(typed: readonly string[], field: "failureWords" | "successWords" | "startWords"): string[] {
  const words = [...new Set(typed.map(typedText).filter((word) => word !== ""))];
  const long = words.find((word) => word.length > WORD_MAX);
  if (long !== undefined) {
    throw new AppError(
      "invalid",
      `The keyword "${long.slice(0, 40)}…" has more than ${WORD_MAX} characters; a shorter part of it will do.`,
      field,
    );
  }
  if (words.length > MOST_WORDS) throw new AppError("invalid", `At most ${MOST_WORDS} keywords fit.`, field);
  return words;
}

function parsePlaces(names: readonly string[]): WordPlace[] {
  const strange = names.find((name) => !WORD_PLACES.some((place) => place === name));
  if (strange === undefined) return WORD_PLACES.filter((place) => names.includes(place));
  throw new AppError(
    "invalid",
    `Keywords cannot be looked for in "${strange.slice(0, 40)}"; use ${WORD_PLACES.join(", ")}.`,
    "places",
  );
}

function parseOtherwise(text: string): PingPolicy["otherwise"] {
  if (text === "ignore" || text === "fail") return text;
  throw new AppError(
    "invalid",
    `"${text.slice(0, 40)}" is no rule for pings without a keyword; use ignore or fail.`,
    "otherwise",
  );
}
