import type { OutputExcerpt } from "../../domain/message-output.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";

const LAST_SENTENCE = 200;

/**
 * The fullest layout of a message that fits: of the output the oldest lines give way first, then what is only good to
 * know. Markup stays whole, because what is left out is left out before it is laid out.
 */
export function fitMessage(
  message: AlertMessage,
  { render, fits }: { render: (message: AlertMessage) => string; fits: (text: string) => boolean },
): string {
  let text = "";
  for (const version of everShorter(message)) {
    text = render(version);
    if (fits(text)) break;
  }
  return text;
}

function* everShorter(message: AlertMessage): Generator<AlertMessage> {
  yield message;
  let output = message.output;
  while (output !== null) {
    output = withoutALine(output);
    yield { ...message, output };
  }
  const needed = { ...message, duration: null, lastGood: null, nextExpected: null };
  yield needed;
  const [first = ""] = message.why;
  const links = message.links.slice(0, 1);
  yield { ...needed, since: null, action: null, project: null, why: [clip(first, LAST_SENTENCE)], links };
}

function withoutALine({ errors, tail, omitted }: OutputExcerpt): OutputExcerpt | null {
  if (tail.length > 1) return { errors, tail: tail.slice(1), omitted: omitted + 1 };
  return errors.length > 1 ? { errors: errors.slice(1), tail, omitted } : null;
}
