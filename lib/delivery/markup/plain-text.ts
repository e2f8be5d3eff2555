import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";

/** The whole message as plain text, for platforms without any markup. Lines end with "\n". */
export function renderPlainText(message: AlertMessage): string {
  return `${message.verdict}\n\n${renderPlainBody(message)}`;
}

/** What stands below the verdict, for platforms that show it as a title. */
export function renderPlainBody(message: AlertMessage): string {
  const blocks = partsOf(message).map((part) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "fact":
        return `${part.label}: ${part.text}`;
      case "output":
        return `\n${outputLines(part.output)
          .map((line) => `  | ${line}`.trimEnd())
          .join("\n")}\n`;
      case "actions":
      case "links":
        return `\n${part.links.map((link) => `${link.label}: ${link.url}`).join("\n")}`;
    }
  });
  return `${blocks.join("\n")}\n`;
}
