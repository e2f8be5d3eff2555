import { AppError } from "../../errors.ts";

/** Everything that a template can name. */
const NAMES = [
  ...["verdict", "text", "event", "tone", "at", "since", "duration", "lastGood", "nextExpected", "action", "page"],
  ...["alertId", "deliveryId", "project.id", "project.name", "job.id", "job.slug", "job.name", "incident.id"],
  ...["incident.number", "incident.severity", "incident.cause", "incident.openedAt", "incident.resolvedAt"],
  ...["incident.resolveReason", "run.number", "run.host", "run.exitCode", "run.durationMs", "why", "output", "said"],
  "message",
] as const;

export type TemplateName = (typeof NAMES)[number];

/** What each name stands for: a text, a number, anything that JSON can say; null where there is none. */
export type TemplateValues = Readonly<Record<TemplateName, unknown>>;

const ESCAPES = {
  /** For inside the quotes of a JSON text; the default, so that no job's output can end them. */
  json: (value: unknown) => JSON.stringify(plain(value)).slice(1, -1),
  /** A whole JSON value with its own quotes. */
  value: (value: unknown) => JSON.stringify(value ?? null),
  url: (value: unknown) => encodeURIComponent(plain(value)),
  text: (value: unknown) => plain(value),
} as const;

type Escape = keyof typeof ESCAPES;

/** A body with gaps: text, gap, text, gap, … */
export type BodyTemplate = { texts: readonly string[]; gaps: readonly { name: TemplateName; escape: Escape }[] };

const GAP = /\{\{([^{}]{0,100})\}\}/;
const LONGEST = 20_000;

/** Reads `{{name}}` and `{{name|escape}}`. @throws AppError `invalid` about `field`: what cannot be read. */
export function parseTemplate(template: string, field: string): BodyTemplate {
  const refuse = (sentence: string): never => {
    throw new AppError("invalid", sentence, field);
  };
  if (template.length > LONGEST) refuse(`A body can have ${LONGEST} characters at most.`);
  // Split at a pattern with one group: texts stand at even places, what was between the braces at odd ones.
  const pieces = template.split(GAP);
  const gaps = pieces
    .filter((_, index) => index % 2 === 1)
    .map((written) => {
      const [typed = "", escape = "json"] = written.split("|").map((word) => word.trim());
      const name = NAMES.find((known) => known === typed);
      if (name === undefined) return refuse(`There is no {{${typed}}}; there are: ${NAMES.join(", ")}.`);
      if (!isEscape(escape)) return refuse(`After ${typed}| comes one of ${Object.keys(ESCAPES).join(", ")}.`);
      return { name, escape };
    });
  return { texts: pieces.filter((_, index) => index % 2 === 0), gaps };
}

export function fillTemplate({ texts, gaps }: BodyTemplate, values: TemplateValues): string {
  return texts
    .map((text, index) => {
      const gap = gaps[index];
      return gap === undefined ? text : `${text}${ESCAPES[gap.escape](values[gap.name])}`;
    })
    .join("");
}

function isEscape(word: string): word is Escape {
  return Object.hasOwn(ESCAPES, word);
}

/** As text: nothing for what there is not, JSON for lists and objects. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
