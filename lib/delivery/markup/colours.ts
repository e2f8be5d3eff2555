import type { Tone } from "../../domain/message.ts";

/** Readable as text on white, and told apart as a bar beside a message. */
export const TONE_COLOURS: Readonly<Record<Tone, string>> = {
  bad: "#c92a2a",
  warning: "#b35c00",
  good: "#2b8a3e",
  info: "#1864ab",
};
