import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";

/** One text message in the alphabet of GSM; with any other letter two short ones, which are charged as two. */
const GSM_LENGTH = 160;
const UNICODE_LENGTH = 134;

/** With less room than this a verdict says nothing: then the link is left out. */
const SHORTEST_VERDICT = 30;

const GSM =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Each counts twice. */
const GSM_EXTENDED = "^{}\\[~]|€";

/** What our own sentences hold, in letters that every phone has. */
const PLAIN: Readonly<Record<string, string>> = {
  "·": "-",
  "–": "-",
  "—": "-",
  "…": "...",
  "“": '"',
  "”": '"',
  "’": "'",
};

/** Verdict and link as one short text. */
export function renderSms({ verdict, links }: AlertMessage): string {
  const words = plainWords(verdict);
  const link = (links.find(({ label }) => label === "Incident") ?? links[0])?.url ?? null;
  const asGsm = gsmLength(words) !== null;
  const room = asGsm ? GSM_LENGTH : UNICODE_LENGTH;
  const linkRoom = link === null ? 0 : lengthOf(link, asGsm) + 1;
  const showsLink = link !== null && (lengthOf(words, asGsm) + linkRoom <= room || room - linkRoom >= SHORTEST_VERDICT);
  const text = cut(words, showsLink ? room - linkRoom : room, asGsm);
  return showsLink ? `${text} ${link}` : text;
}

/** Without signs and marks that would make a text twice as dear. */
function plainWords(text: string): string {
  const plain = text.replace(/^[✗⚠✓ℹ]\s*/u, "").replace(/[·–—…“”’]/gu, (character) => PLAIN[character] ?? character);
  const bare = Array.from(plain, (letter) =>
    isGsm(letter) ? letter : letter.normalize("NFKD").replace(/\p{M}/gu, ""),
  );
  return bare.join("");
}

function isGsm(letter: string): boolean {
  return GSM.includes(letter) || GSM_EXTENDED.includes(letter);
}

/** Null where a letter is not in GSM's alphabet. */
function gsmLength(text: string): number | null {
  let length = 0;
  for (const letter of text) {
    if (!isGsm(letter)) return null;
    length += GSM_EXTENDED.includes(letter) ? 2 : 1;
  }
  return length;
}

function lengthOf(text: string, asGsm: boolean): number {
  return asGsm ? (gsmLength(text) ?? text.length) : text.length;
}

function cut(text: string, room: number, asGsm: boolean): string {
  if (lengthOf(text, asGsm) <= room) return text;
  if (!asGsm) return clip(text, room);
  let kept = text;
  while (lengthOf(kept, true) > room - 3) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}...`;
}
