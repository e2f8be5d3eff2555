import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Answer, send } from "./answers.ts";
import { hasBody } from "./body.ts";

/** What the ping path looks at of a request besides its body. */
export type RequestHead = Pick<IncomingMessage, "method" | "url" | "headers"> & {
  readonly socket: Pick<Socket, "remoteAddress">;
};

/** A request, and the way to answer it once. */
export type Exchange = {
  readonly request: RequestHead;
  /** Where the body can be read, or its bytes where they came with the head; null where none was announced. */
  readonly body: IncomingMessage | Buffer | null;
  /** To be called on the exchange. With `last` the connection ends. False where nobody is there any more to hear it. */
  reply(answer: Answer, last: boolean): boolean;
};

export type ExchangeHandler = (exchange: Exchange) => void;

/** Whether there is a body that would have to be read before the next request. */
export function isUnread({ body }: Exchange): boolean {
  return body !== null && !Buffer.isBuffer(body) && !body.complete;
}

/** The same where nobody waits to see whether the rest of it has come. */
export function mayBeUnread({ body }: Exchange): boolean {
  return body !== null && !Buffer.isBuffer(body);
}

/** Serves requests that Node has read. */
export function onNode(handle: ExchangeHandler): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) =>
    handle({
      request,
      body: hasBody(request) ? request : null,
      reply(answer, last) {
        const isThere = !response.destroyed;
        send(response, answer, last);
        return isThere;
      },
    });
}
