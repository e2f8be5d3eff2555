import type { AlertMessage, MessageLink } from "./message.ts";
import type { OutputExcerpt } from "./message-output.ts";

/** A piece of a message below its verdict. */
export type MessagePart =
  | { kind: "text"; text: string }
  | { kind: "fact"; label: string; text: string }
  | { kind: "output"; output: OutputExcerpt }
  /** What people can do at once; the pages to read come after it. */
  | { kind: "actions"; links: readonly MessageLink[] }
  | { kind: "links"; links: readonly MessageLink[] };

/** What stands below the verdict, in the order in which people need it; a renderer lays out one part after the other. */
export function partsOf(message: AlertMessage): MessagePart[] {
  const fact = (label: string, text: string | null): MessagePart[] =>
    text === null ? [] : [{ kind: "fact", label, text }];
  return [
    ...message.why.map((text): MessagePart => ({ kind: "text", text })),
    ...fact("Since", message.since),
    ...(message.output === null ? [] : [{ kind: "output", output: message.output } satisfies MessagePart]),
    ...fact("Duration", message.duration),
    ...fact("Last good run", message.lastGood),
    ...fact("Next run", message.nextExpected),
    ...fact("Same machine", message.elsewhere),
    ...fact("What to do", message.action),
    ...fact("Project", message.project?.name ?? null),
    ...(message.actions.length === 0 ? [] : [{ kind: "actions", links: message.actions } satisfies MessagePart]),
    ...(message.links.length === 0 ? [] : [{ kind: "links", links: message.links } satisfies MessagePart]),
  ];
}

/** The lines of an output excerpt as they are shown: errors first, a word about what is left out, then the tail. */
export function outputLines({ errors, tail, omitted }: OutputExcerpt): string[] {
  const gap = omitted > 0 ? [`… ${omitted} ${omitted === 1 ? "line" : "lines"} before`] : [];
  const separator = errors.length > 0 ? ["—"] : [];
  return [...errors, ...separator, ...gap, ...tail];
}
