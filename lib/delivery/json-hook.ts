import type { AlertMessage } from "../domain/message.ts";
import { AppError } from "../errors.ts";
import type { ChannelKind, SendContext, SendReceipt } from "./channel.ts";
import { readAnswer } from "./api-answer.ts";
import type { HttpAnswer, HttpSender } from "./http.ts";
import { replacementOf } from "./markup/replacement.ts";
import { maskUrl, parseTargetUrl } from "./settings/address.ts";

export type HookSettings = { url: URL };

/** A platform that gives out one secret address and takes JSON there. */
export type JsonHook = Pick<ChannelKind<HookSettings>, "kind" | "label" | "hint"> & {
  example: string;
  /** What the path of every address of the platform matches; without it any will do. */
  path?: RegExp;
  /** The address as it is called; default: as it was pasted. May change its copy of the URL. */
  address?(url: URL, context: SendContext): URL;
  render(message: AlertMessage, context: SendContext): unknown;
  /** Where the platform can edit: the address of a message of its own, by its id. May change its copy of the URL. */
  messageAddress?(url: URL, id: string): URL;
  /** Reads the answer; default: by its status. @throws DeliveryError */
  receive?(answer: HttpAnswer): SendReceipt;
};

export function jsonHookKind(hook: JsonHook, http: HttpSender): ChannelKind<HookSettings> {
  const { kind, label, hint, example, path, address = (url: URL) => url, receive = readAnswer } = hook;
  return {
    kind,
    label,
    hint,
    fields: [{ name: "url", label: "Webhook URL", placeholder: example, confidential: true }],
    unavailable: null,
    parseSettings(input) {
      const url = parseTargetUrl(input.url, http.rule, "url", example);
      if (path === undefined || path.test(url.pathname)) return { url };
      throw new AppError("invalid", `This is not a webhook of ${label}: paste an address such as ${example}`, "url");
    },
    summary: ({ url }) => maskUrl(url),
    async send({ url }, message, context) {
      const headers = { "content-type": "application/json; charset=utf-8", "idempotency-key": context.deliveryId };
      const call = async (method: "POST" | "PATCH", target: URL, told: AlertMessage): Promise<HttpAnswer> => {
        const body = JSON.stringify(hook.render(told, context));
        return http.call({ method, url: target.href, headers, body, signal: context.signal });
      };
      const target = address(new URL(url), context);
      const replacement = replacementOf(message, context);
      if (replacement !== null && hook.messageAddress !== undefined) {
        const { id } = replacement;
        const answer = await call("PATCH", hook.messageAddress(new URL(target), id), replacement.message);
        // Somebody has deleted the message: then this one is told on its own.
        if (answer.status !== 404) return receive(answer);
      }
      return receive(await call("POST", target, message));
    },
  };
}
