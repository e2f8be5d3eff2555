import type { AlertMessage } from "../../domain/message.ts";

/** An earlier message of the same outage, and what takes its place. */
export type Replacement = { id: string; message: AlertMessage };

/**
 * What a platform that can edit does with a follow-up: the outage's earlier message comes to tell how all of it stands, so
 * that there is one message an outage and nobody is rung for every job. Null: it is told as a message of its own.
 */
export function replacementOf(message: AlertMessage, { earlierId }: { earlierId: string | null }): Replacement | null {
  const { standing, actions } = message;
  return standing === null || earlierId === null ? null : { id: earlierId, message: { ...standing, actions } };
}
