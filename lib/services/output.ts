const NUL_PICTURE = "␀";

/**
 * Bytes a job printed, as text that a page can hold: never throws, what is not UTF-8 becomes U+FFFD, NUL its picture.
 * A character cut in two at the end of the kept bytes is left out.
 */
export function readableText(bytes: Uint8Array): string {
  // As a stream: an unfinished character at the end is held back instead of shown as a wrong one.
  return new TextDecoder("utf-8").decode(bytes, { stream: true }).replaceAll("\0", NUL_PICTURE);
}

/** The end of what a job printed, at most `most` bytes of it: a line that the cut would go through is left out. */
export function endOfText(bytes: Uint8Array, most: number): string {
  const text = readableText(bytes.subarray(-most));
  return bytes.length <= most ? text : text.slice(text.indexOf("\n") + 1);
}
