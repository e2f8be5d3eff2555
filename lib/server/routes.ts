import type { IncomingMessage, ServerResponse } from "node:http";
import type { Route } from "./front.ts";
import { answerHealth, type Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";
import { answerPlainly, DATABASE_AWAY, type PlainAnswer } from "./plain-answer.ts";

export function healthRoute(health: Health): Route {
  return {
    matches: (path) => path === "/healthz",
    handle: (_request, response) => void answerHealth(health, response),
  };
}

/** Figures are for whoever runs Belfry: scraped directly, not through the proxy that the public comes by. */
export function metricsRoute(metrics: Metrics): Route {
  return {
    matches: (path) => path === "/metrics",
    handle(request, response) {
      if (isForwarded(request)) answerPlainly(request, response, METRICS_NOT_HERE);
      else void metrics.answer(request, response);
    },
  };
}

/** The pages, or a plain word instead while they could only fail. */
export function pagesRoute(health: Health, handle: Route["handle"]): Route {
  return {
    matches: () => true,
    handle(request, response) {
      if (health.databaseAway()) answerPlainly(request, response, DATABASE_AWAY);
      else handle(request, response);
    },
  };
}

/** One answer to everything. */
export function plainRoute(matches: Route["matches"], answer: PlainAnswer): Route {
  return {
    matches,
    handle: (request: IncomingMessage, response: ServerResponse) => answerPlainly(request, response, answer),
  };
}

const METRICS_NOT_HERE: PlainAnswer = {
  status: 403,
  title: "Not through a proxy",
  text: "Metrics are answered to direct requests only. Let Prometheus ask this process without the proxy in between.",
};

function isForwarded({ headers }: IncomingMessage): boolean {
  return headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
}
