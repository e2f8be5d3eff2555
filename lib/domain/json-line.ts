import { quoted } from "./schedule/error.ts";

/** A line of JSON that is not what was asked for. The message is a sentence. */
export class JsonLineError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "JsonLineError";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object on a line; `example` is what such a line looks like. Throws a `JsonLineError`. */
export function parseJsonLine(line: string, example: string): JsonObject {
  const value = parseJson(line);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new JsonLineError(`${quoted(line)} is not a JSON object; write something like ${example}.`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The text under a name. Throws a `JsonLineError`. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value === "string") return value;
  const wrong = value === undefined ? "is missing" : "is not a text";
  throw new JsonLineError(`${quoted(name)} ${wrong}; give it as a string.`);
}
