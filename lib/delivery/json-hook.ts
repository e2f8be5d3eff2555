import type { AlertMessage } from "../domain/message.ts";
import { AppError } from "../errors.ts";
import type { ChannelKind, SendContext, SendReceipt } from "./channel.ts";
import { readAnswer } from "./api-answer.ts";
import type { HttpAnswer, HttpSender } from "./http.ts";
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
      const target = address(new URL(url), context).href;
      const body = JSON.stringify(hook.render(message, context));
      return receive(await http.call({ url: target, headers, body, signal: context.signal }));
    },
  };
}
