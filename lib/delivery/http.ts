import { request, type Dispatcher } from "undici";
import { SECOND, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import { DeliveryError, type SendReceipt } from "./channel.ts";
import { AddressRefused, createGuardedAgent, type AddressRule } from "./guard.ts";
import { parseRetryAfter } from "./retry-after.ts";

export type HttpAnswer = {
  status: number;
  /** First value of a header by its lower-case name. */
  header(name: string): string | null;
  /** At most 64 kB. */
  body: string;
};

/** Calls to other people's servers: guarded, without redirects, bounded in time and size. */
export type HttpSender = {
  /** The address rule, for checking settings before they are stored. */
  rule: AddressRule;
  /** Calls and answers whatever came back, of any status. @throws DeliveryError where nothing came back. */
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
};

export type HttpCall = {
  /** Default POST. */
  method?: HttpMethod;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
};

export type HttpMethod = "POST" | "PUT" | "PATCH" | "GET" | "DELETE";

const TOTAL_MS: Millis = 15 * SECOND;
/** Whether a message was taken is said by the status: what follows is only waited for this long. */
const BODY_MS: Millis = 3 * SECOND;
const BODY_BYTES = 64 * 1024;
const USER_AGENT = "Belfry (alerts)";

export function openHttpSender(rule: AddressRule, totalMs: Millis = TOTAL_MS): HttpSender {
  const agent = createGuardedAgent(rule, totalMs);
  return {
    rule,
    async call({ method = "POST", url, headers, body, signal }) {
      const limit = limitedSignal(signal, totalMs);
      try {
        const response = await request(url, {
          dispatcher: agent,
          method,
          headers: { "user-agent": USER_AGENT, ...headers },
          body: method === "GET" ? null : body,
          signal: limit.signal,
        });
        const text = await readBody(response.body, Math.min(BODY_MS, totalMs));
        return { status: response.statusCode, header: (name) => headerOf(response.headers, name), body: text };
      } catch (error) {
        throw unanswered(error, signal.aborted, limit.expired(), totalMs);
      } finally {
        limit.clear();
      }
    },
    close: () => agent.destroy(),
  };
}

/** Answers of the 200 class are receipts. @throws DeliveryError for all others, which says whether trying again may help. */
export function receiptOf(answer: HttpAnswer): SendReceipt {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { status, answer: body, externalId: null };
  const redirected = status >= 300 && status < 400;
  throw new DeliveryError({
    permanent: !isTemporary(status),
    retryAfterMs: parseRetryAfter(answer.header("retry-after"), answer.header("date"), Date.now()),
    status,
    answer: redirected
      ? `It redirects, which Belfry does not follow: set the final address. ${body}`
      : body || `HTTP status ${status}`,
  });
}

/** Timeouts, conflicts of the moment, limits and faults of the receiver pass; everything else is about the request itself. */
function isTemporary(status: number): boolean {
  return status >= 500 || [408, 421, 423, 425, 429].includes(status);
}

/** A signal that also fires after `ms`; cleared, it leaves nothing on the long-lived one. */
function limitedSignal(
  signal: AbortSignal,
  ms: Millis,
): { signal: AbortSignal; expired: () => boolean; clear: () => void } {
  const controller = new AbortController();
  let expired = false;
  const onAbort = (): void => controller.abort();
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, ms);
  if (signal.aborted) controller.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

/** The first bytes of a body, as much as comes in time; a body that breaks off is as good as one that ends. */
function readBody(body: Dispatcher.ResponseData["body"], ms: Millis): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      body.destroy();
      resolve(Buffer.concat(chunks).subarray(0, BODY_BYTES).toString("utf8"));
    };
    const timer = setTimeout(end, ms);
    body.on("error", end).on("end", end);
    body.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_BYTES) end();
    });
  });
}

function headerOf(headers: Record<string, string | string[] | undefined>, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The connection was refused: nothing listens at that address.",
  ECONNRESET: "The connection was closed before an answer came.",
  UND_ERR_SOCKET: "The connection was closed before an answer came.",
  EPIPE: "The connection was closed before an answer came.",
  ENOTFOUND: "The host name is not known: check its spelling, or the name server of Belfry's machine.",
  EAI_AGAIN: "The name server of Belfry's machine did not answer.",
  EHOSTUNREACH: "The host cannot be reached from Belfry's machine.",
  ENETUNREACH: "The network cannot be reached from Belfry's machine.",
  ETIMEDOUT: "The connection was not made in time.",
  UND_ERR_CONNECT_TIMEOUT: "The connection was not made in time.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is signed by an unknown authority.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate is signed by an unknown authority.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "Its certificate is signed by an unknown authority.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another host name.",
};

/** In words why no answer came. Only a refused address is for good: everything else may be repaired within a day. */
function unanswered(error: unknown, stopped: boolean, expired: boolean, totalMs: Millis): DeliveryError {
  if (error instanceof AddressRefused) return new DeliveryError({ permanent: true, answer: error.message });
  if (expired) return new DeliveryError({ permanent: false, answer: `No answer within ${totalMs / SECOND} s.` });
  if (stopped) return new DeliveryError({ permanent: false, answer: "Belfry stopped before an answer came." });
  const cause = causeOf(error);
  return new DeliveryError({
    permanent: false,
    answer: FAILURES[cause.code] ?? `${cause.code} ${cause.message}`.trim(),
  });
}

/** With several addresses tried, node gives an AggregateError whose first error tells. */
function causeOf(error: unknown): { code: string; message: string } {
  const first = error instanceof AggregateError ? (error.errors as unknown[])[0] : error;
  const code = first instanceof Error && "code" in first && typeof first.code === "string" ? first.code : "";
  return { code, message: messageOf(first ?? error) };
}
