import type { IncomingMessage, ServerResponse } from "node:http";
import { hasBody } from "../ping/body.ts";
import { endAfterRequest } from "../ping/parting.ts";

export type PlainAnswer = {
  status: number;
  title: string;
  /** What happened and what to do, as one or two sentences. */
  text: string;
  /** Seconds; also makes the page load itself again. */
  retryAfter?: number;
};

export const PAGES_STARTING: PlainAnswer = {
  status: 503,
  title: "Pages are starting",
  text: "The pages of Belfry are starting. Pings are taken all the while.",
  retryAfter: 3,
};

export const PAGES_FROZEN: PlainAnswer = {
  status: 504,
  title: "No answer in time",
  text: "The pages of Belfry did not answer in time. Pings are taken all the while.",
  retryAfter: 10,
};

export const PAGES_BROKEN: PlainAnswer = {
  status: 502,
  title: "Pages broke off",
  text: "The pages of Belfry broke off before they answered. They are started again by themselves.",
  retryAfter: 3,
};

export const DATABASE_AWAY: PlainAnswer = {
  status: 503,
  title: "The database is away",
  text: "Belfry cannot reach its database. It tries again by itself and goes on when the database is back.",
  retryAfter: 5,
};

// 421, misdirected: a client must not take it for an unknown job or page.
export const NO_PAGES: PlainAnswer = {
  status: 421,
  title: "No pages here",
  text: "This process of Belfry serves no pages (BELFRY_ROLES). Ask one with the role web.",
};

export const NO_PINGS: PlainAnswer = {
  status: 421,
  title: "No pings here",
  text: "This process of Belfry takes no pings (BELFRY_ROLES). Send them to one with the role pings.",
};

export const TOO_LARGE: PlainAnswer = { status: 413, title: "Too large", text: "At most 10 MiB can be sent at once." };

/**
 * Answers without Next: a small page for browsers, `{"error": …}` for everything else. Only with texts of ours: nothing
 * a client sent may be put in.
 */
export function answerPlainly(request: IncomingMessage, response: ServerResponse, answer: PlainAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const html = request.headers.accept?.includes("text/html") ?? false;
  const body = html ? page(answer) : `${JSON.stringify({ error: answer.text })}\n`;
  response.writeHead(answer.status, {
    "Content-Type": html ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(answer.retryAfter === undefined ? {} : { "Retry-After": answer.retryAfter }),
    // A body that nobody will read must not be taken for the next request.
    ...(hasBody(request) && !request.complete ? { Connection: "close" } : {}),
  });
  endAfterRequest(response, request.method === "HEAD" ? "" : body);
}

function page({ title, text, retryAfter }: PlainAnswer): string {
  const refresh = retryAfter === undefined ? "" : `<meta http-equiv="refresh" content="${retryAfter}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}
<title>${title} · Belfry</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem; }
  h1 { font-size: 1.4rem; }
</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}
