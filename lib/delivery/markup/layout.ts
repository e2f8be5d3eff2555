import type { OutputExcerpt } from "../../domain/message-output.ts";
import { partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";

/** What stands below the verdict, for platforms that show facts beside each other and links as buttons. */
export type Layout = {
  lines: readonly string[];
  facts: readonly { label: string; text: string }[];
  output: OutputExcerpt | null;
  actions: readonly MessageLink[];
  links: readonly MessageLink[];
};

export function layoutOf(message: AlertMessage): Layout {
  const parts = partsOf(message);
  return {
    lines: parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
    facts: parts.flatMap((part) => (part.kind === "fact" ? [{ label: part.label, text: part.text }] : [])),
    output: parts.flatMap((part) => (part.kind === "output" ? [part.output] : [])).at(0) ?? null,
    actions: parts.flatMap((part) => (part.kind === "actions" ? part.links : [])),
    links: parts.flatMap((part) => (part.kind === "links" ? part.links : [])),
  };
}
