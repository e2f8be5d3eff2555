import type { ServerResponse } from "node:http";
import { SECOND, type Millis } from "../domain/time.ts";
import { hasBody } from "./body.ts";

const LONGEST_MS: Millis = 10 * SECOND;
const LONGEST_SILENCE_MS: Millis = SECOND;

/**
 * Sends the rest of an answer, and ends it when the request is over too, or after a while. A connection that is closed
 * while its client still sends takes the answer with it: many clients read only after they have sent everything.
 */
export function endAfterRequest(response: ServerResponse, body: string): void {
  const { req: request } = response;
  if (!hasBody(request) || request.complete || request.destroyed) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  response.write(body);
  const end = (): void => {
    clearTimeout(late);
    clearTimeout(silent);
    response.end();
  };
  const late = setTimeout(end, LONGEST_MS);
  const silent = setTimeout(end, LONGEST_SILENCE_MS);
  request.on("data", () => silent.refresh());
  request.once("end", end).once("close", end).once("error", end);
  request.resume();
}
