/**
 * What a project has masked beside what looks like a secret anywhere: a text with `*` for anything up to the next blank.
 * No regular expression, so that none takes long.
 */
export type MaskPattern = string;

/** `text` with `mask` in the place of everything that a pattern matches, in time that grows with its length. */
export function maskPatterns(text: string, patterns: readonly MaskPattern[], mask: string): string {
  const sound = patterns.filter((pattern) => /[^*]/.test(pattern));
  return sound.reduce((masked, pattern) => maskOne(masked, pattern.split("*"), mask), text);
}

function maskOne(text: string, pieces: readonly string[], mask: string): string {
  const finders = pieces.map((piece) => ({ next: createFinder(text, piece), wordEnd: createWordEnd(text) }));
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const found = findMatch({ text, pieces, finders }, from);
    if (found === null) break;
    kept.push(text.slice(from, found.start), mask);
    from = found.end;
  }
  return kept.length === 0 ? text : kept.join("") + text.slice(from);
}

type Search = {
  text: string;
  pieces: readonly string[];
  /** One for each piece: each is asked in growing order, so that all of them together walk over the text once a piece. */
  finders: readonly { next: (from: number) => number; wordEnd: (from: number) => number }[];
};

/** The first match from there on. The nearest place of each piece is the best one: a star never gets over a blank. */
function findMatch({ text, pieces, finders }: Search, from: number): { start: number; end: number } | null {
  const first = pieces[0] === "" ? 1 : 0;
  const nextBegin = (at: number) => finders[first]?.next(at) ?? -1;
  for (let begin = nextBegin(from); begin >= 0; begin = nextBegin(begin + 1)) {
    const end = endOf({ text, pieces, finders }, { first, begin });
    if (end === "never") return null;
    if (end !== null) return { start: first === 0 ? begin : wordStart(text, begin, from), end };
  }
  return null;
}

/** Where a match that begins there ends; null: it is none; `never`: nor is there one after it. */
function endOf(
  { pieces, finders }: Search,
  { first, begin }: { first: number; begin: number },
): number | null | "never" {
  let end = begin + (pieces[first]?.length ?? 0);
  for (const [index, piece] of pieces.entries()) {
    if (index <= first) continue;
    const reach = finders[index]?.wordEnd(end) ?? end;
    const at = piece === "" ? reach : (finders[index]?.next(end) ?? -1);
    if (at < 0) return "never";
    if (at > reach) return null;
    end = at + piece.length;
  }
  return end;
}

function createFinder(text: string, piece: string): (from: number) => number {
  let known: number | null = null;
  return (from) => {
    if (known === null || (known >= 0 && known < from)) known = text.indexOf(piece, from);
    return known;
  };
}

const BLANK = /\s/;

function createWordEnd(text: string): (from: number) => number {
  let known = -1;
  return (from) => {
    if (known < from) {
      known = from;
      while (known < text.length && !BLANK.test(text.charAt(known))) known += 1;
    }
    return known;
  };
}

function wordStart(text: string, at: number, notBefore: number): number {
  let start = at;
  while (start > notBefore && !BLANK.test(text.charAt(start - 1))) start -= 1;
  return start;
}
