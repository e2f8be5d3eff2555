import type { OutputExcerpt } from "../../domain/message-output.ts";
import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";

/** What stands below the verdict, for platforms that show facts beside each other and links as buttons. */
export type Layout = {
  lines: readonly string[];
  facts: readonly { label: string; text: string }[];
  output: OutputExcerpt | null;
  links: readonly MessageLink[];
};

export function layoutOf(message: AlertMessage): Layout {
  const parts = partsOf(message);
  return {
    lines: parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
    facts: parts.flatMap((part) => (part.kind === "fact" ? [{ label: part.label, text: part.text }] : [])),
    output: parts.flatMap((part) => (part.kind === "output" ? [part.output] : [])).at(0) ?? null,
    links: parts.flatMap((part) => (part.kind === "links" ? part.links : [])),
  };
}

/** The lines of an excerpt that fit in `maxLength` once joined: the oldest of the tail go first, and are counted. */
export function fittingLines(output: OutputExcerpt, maxLength: number): string[] {
  const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, -1);
  let { tail, omitted } = output;
  while (tail.length > 1 && lengthOf(outputLines({ ...output, tail, omitted })) > maxLength) {
    tail = tail.slice(1);
    omitted += 1;
  }
  return outputLines({ ...output, tail, omitted });
}

/** Whole items from the front, as many as fit; what is left out would only have been cut into pieces. */
export function takeWithin<T>(items: readonly T[], maxLength: number, lengthOf: (item: T) => number): T[] {
  let length = 0;
  return items.filter((item) => (length += lengthOf(item)) <= maxLength);
}

const OUTPUT_LENGTHS = [2_400, 1_200, 400] as const;

/** Renders with as much output as the receiver's limit on the JSON allows. */
export function renderWithin<T>(maxBytes: number, render: (outputLength: number) => T): T {
  const fits = (rendered: T): boolean => Buffer.byteLength(JSON.stringify(rendered)) <= maxBytes;
  return OUTPUT_LENGTHS.map(render).find(fits) ?? render(0);
}
