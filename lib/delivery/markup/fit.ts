import { outputLines } from "../../domain/message-parts.ts";
import type { OutputExcerpt } from "../../domain/message-output.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";

const LAST_SENTENCE = 200;

/**
 * The fullest layout of a message that fits: of the output the oldest lines give way first, then what is only good to
 * know. Markup stays whole, because what is left out is left out before it is laid out.
 */
export function fitMessage<T>(
  message: AlertMessage,
  { render, fits }: { render: (message: AlertMessage) => T; fits: (rendered: T) => boolean },
): T {
  let rendered = render(message);
  for (const version of everShorter(message)) {
    if (fits(rendered)) break;
    rendered = render(version);
  }
  return rendered;
}

/** Whether something is at most so many bytes as JSON. */
export function jsonWithin(maxBytes: number): (rendered: unknown) => boolean {
  return (rendered) => Buffer.byteLength(JSON.stringify(rendered)) <= maxBytes;
}

/**
 * The lines of an excerpt that fit in `maxLength` once joined, as `lengthOf` measures them: the oldest go first, and are
 * counted. The last one stays.
 */
export function fittingLines(
  output: OutputExcerpt,
  maxLength: number,
  lengthOf: (text: string) => number = (text) => text.length,
): string[] {
  let lines = outputLines(output);
  for (const shorter of everFewerLines(output)) {
    if (lengthOf(lines.join("\n")) <= maxLength) break;
    lines = outputLines(shorter);
  }
  return lines;
}

/** Whole items from the front, as many as fit; what is left out would only have been cut into pieces. */
export function takeWithin<T>(items: readonly T[], maxLength: number, lengthOf: (item: T) => number): T[] {
  let length = 0;
  return items.filter((item) => (length += lengthOf(item)) <= maxLength);
}

function* everShorter(message: AlertMessage): Generator<AlertMessage> {
  if (message.output !== null) {
    for (const output of everFewerLines(message.output)) yield { ...message, output };
    yield { ...message, output: null };
  }
  const needed = { ...message, output: null, duration: null, lastGood: null, nextExpected: null };
  yield needed;
  const fewer = { ...needed, since: null, elsewhere: null, project: null };
  yield fewer;
  for (let kept = message.why.length - 1; kept > 0; kept -= 1) {
    yield { ...fewer, why: [...message.why.slice(0, kept), "…"] };
  }
  const [first = ""] = message.why;
  const links = message.links.slice(0, 1);
  const least = { ...fewer, action: null, why: [clip(first, LAST_SENTENCE)], links };
  yield least;
  if (message.actions.length > 0) yield { ...least, actions: [] };
}

function* everFewerLines({ errors, tail, omitted }: OutputExcerpt): Generator<OutputExcerpt> {
  for (let gone = 1; gone < tail.length; gone += 1) {
    yield { errors, tail: tail.slice(gone), omitted: omitted + gone };
  }
  const last = { tail: tail.slice(-1), omitted: omitted + Math.max(0, tail.length - 1) };
  for (let gone = 1; gone < errors.length; gone += 1) yield { errors: errors.slice(gone), ...last };
}
