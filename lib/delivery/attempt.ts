import { cleanLine } from "../domain/message-text.ts";
import type { AlertMessage } from "../domain/message.ts";
import type { Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import { DeliveryError, tidyAnswer, type Channel, type SendContext } from "./channel.ts";

/** How one send ended. */
export type Attempt =
  | { accepted: true; status: number | null; answer: string; externalId: string | null }
  | {
      accepted: false;
      permanent: boolean;
      retryAfterMs: Millis | null;
      status: number | null;
      answer: string;
      /** A mistake of ours rather than a refusal: for the log. */
      bug: unknown;
    };

/** Sends once; whatever happens is a value. A mistake of ours counts as temporary: the next version may send it. */
export async function attemptSend(
  channel: Channel,
  settings: Readonly<Record<string, string>>,
  message: AlertMessage,
  context: SendContext,
): Promise<Attempt> {
  try {
    const { status, answer, externalId } = await channel.send(settings, message, context);
    // Whatever a receiver calls an id: the database takes neither NUL nor pages of text.
    const id = externalId === null ? null : cleanLine(externalId, 300);
    return { accepted: true, status, answer: tidyAnswer(answer), externalId: id };
  } catch (error) {
    if (error instanceof DeliveryError) {
      const { permanent, retryAfterMs, status, answer } = error;
      return { accepted: false, permanent, retryAfterMs, status, answer, bug: null };
    }
    const answer = tidyAnswer(`Belfry could not send it: ${messageOf(error)}`);
    return { accepted: false, permanent: false, retryAfterMs: null, status: null, answer, bug: error };
  }
}
