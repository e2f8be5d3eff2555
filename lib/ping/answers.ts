import type { ServerResponse } from "node:http";
import { endAfterRequest } from "./parting.ts";

/** An answer ready to be sent; nothing in it depends on the request. */
export type Answer = { readonly status: number; readonly headers: string[]; readonly body: string };

export type Answers = {
  ok: Answer;
  /** @param notes Lines about what was left out, for whom there is room for them. */
  created(notes: readonly string[]): Answer;
  /** To a browser that asks whether it may send a ping. */
  preflight: Answer;
  methodNotAllowed: Answer;
  /** Nothing was promised: the ping may or may not have been stored. */
  unavailable: Answer;
  /** @param afterSeconds When the next would be taken. `line` says why. */
  tooMany(afterSeconds: number, line: string): Answer;
  /** What was done, in one line. */
  plain(line: string): Answer;
  /** To another method than POST, with the reason in one line. */
  onlyPost(line: string): Answer;
  /** One line. */
  refusal(status: number, line: string, advice?: string | null): Answer;
};

const METHODS = "GET, HEAD, POST, OPTIONS";
const PREFLIGHT = {
  "Access-Control-Allow-Methods": METHODS,
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Max-Age": "86400",
};

/** How a service words its answers. */
export type Manner = {
  type: string;
  ok: { status: number; body: string };
  created: { status: number; body: string };
  /** Of one line that says why, and of what to do where that is known. */
  refusal: (line: string, advice: string | null) => string;
};

const PLAIN_TEXT = "text/plain; charset=utf-8";

export const PLAIN_MANNER: Manner = {
  type: PLAIN_TEXT,
  ok: { status: 200, body: "OK" },
  created: { status: 201, body: "Created" },
  refusal: (line) => line,
};

/** With what to do behind the words that clients know. */
export const NATIVE_MANNER: Manner = {
  ...PLAIN_MANNER,
  refusal: (line, advice) => (advice === null ? line : `${line}: ${advice}`),
};

/** @param bodyLimit Bytes of a body that are kept, as clients are told. */
export function createAnswers(bodyLimit: number, manner: Manner = PLAIN_MANNER): Answers {
  const common = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache, no-store",
    "Ping-Body-Limit": String(bodyLimit),
  };

  function answer(status: number, body: string, more: Readonly<Record<string, string>> = {}): Answer {
    const content = { "Content-Type": manner.type, "Content-Length": String(Buffer.byteLength(body)) };
    return { status, body, headers: Object.entries({ ...common, ...content, ...more }).flat() };
  }

  function refusal(
    status: number,
    { line, advice = null }: { line: string; advice?: string | null },
    more?: Readonly<Record<string, string>>,
  ): Answer {
    return answer(status, manner.refusal(line, advice), more);
  }

  const created = answer(manner.created.status, manner.created.body);

  return {
    ok: answer(manner.ok.status, manner.ok.body),
    created: (notes) =>
      notes.length === 0 || manner.type !== PLAIN_TEXT
        ? created
        : answer(manner.created.status, [manner.created.body, ...notes].join("\n")),
    preflight: { status: 204, body: "", headers: Object.entries({ ...common, ...PREFLIGHT }).flat() },
    methodNotAllowed: refusal(405, { line: "method not allowed", advice: "use GET, HEAD or POST" }, { Allow: METHODS }),
    unavailable: refusal(503, { line: "unavailable, try again" }, { "Retry-After": "5" }),
    tooMany: (afterSeconds, line) => refusal(429, { line }, { "Retry-After": String(afterSeconds) }),
    plain: (line) => answer(200, line),
    onlyPost: (line) => refusal(405, { line }, { Allow: "POST, OPTIONS" }),
    refusal: (status, line, advice) => refusal(status, { line, advice }),
  };
}

/** Sends it. With `last` the connection ends: what is left of the request must not be taken for the next one. */
export function send(response: ServerResponse, { status, headers, body }: Answer, last = false): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, last ? [...headers, "Connection", "close"] : headers);
  if (last) endAfterRequest(response, body);
  else response.end(body);
}
