/** Escapes text character by character and cuts it with "…" so that the escaped form fits, no escape left half. */
export function escapeWithin(
  text: string,
  maxLength: number,
  escape: (character: string, previous: string) => string,
): string {
  const pieces: string[] = [];
  let length = 0;
  let previous = "";
  for (const character of text) {
    const piece = escape(character, previous);
    pieces.push(piece);
    length += piece.length;
    previous = character;
    if (length > maxLength) return cut(pieces, length, maxLength);
  }
  return pieces.join("");
}

function cut(pieces: string[], length: number, maxLength: number): string {
  let left = length;
  while (left > maxLength - 1 && pieces.length > 0) left -= pieces.pop()?.length ?? 0;
  return `${pieces.join("").trimEnd()}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that stands in an element or a quoted attribute as itself. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** For platforms whose markup stands in angle brackets and which read these three entities. */
export function escapeAngles(text: string, maxLength: number): string {
  return escapeWithin(text, maxLength, (character) => ("&<>".includes(character) ? escapeHtml(character) : character));
}
