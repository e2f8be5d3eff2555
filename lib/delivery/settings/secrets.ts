import type { ChannelField } from "../channel.ts";

const MASK = "[masked]";
/** What is shorter is a word rather than a secret, and would be masked in innocent sentences. */
const SHORTEST = 8;

/** Takes the secrets among stored settings out of a text: receivers like to repeat what they were called with. */
export function createMask(
  fields: readonly ChannelField[],
  settings: Readonly<Record<string, string>>,
): (text: string) => string {
  const secrets = fields
    .filter(isHidden)
    .flatMap(({ name }) => (settings[name] ?? "").split(/[\s,]+/))
    .flatMap(secretsIn)
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((one, other) => other.length - one.length);
  return (text) => secrets.reduce(maskOne, text);
}

/** Whether a setting is shown to nobody again. */
export function isHidden({ input, confidential }: Pick<ChannelField, "input" | "confidential">): boolean {
  return input === "secret" || confidential === true;
}

function maskOne(text: string, secret: string): string {
  const masked = text.replaceAll(secret, MASK);
  if (!masked.endsWith("…")) return masked;
  // Cut off in the middle of the secret.
  const kept = masked.slice(0, -1);
  for (let length = secret.length - 1; length >= SHORTEST; length -= 1) {
    if (kept.endsWith(secret.slice(0, length))) return `${kept.slice(0, -length)}${MASK}…`;
  }
  return masked;
}

/** A word as it is; of an address also its path and what it asks for, since those are what a server repeats. */
function secretsIn(word: string): string[] {
  if (word.endsWith(":")) return [];
  if (!word.includes("://") || !URL.canParse(word)) return [word];
  const { pathname, search, searchParams } = new URL(word);
  return [word, `${pathname}${search}`, pathname, ...searchParams.values()];
}
