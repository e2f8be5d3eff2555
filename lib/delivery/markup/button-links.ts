import type { MessageLink } from "../../domain/message.ts";

/** Platforms refuse a message whole where a button's address is longer than this, or of a machine of one's own. */
const URL_LENGTH = 500;

/** Whether platforms take these as addresses of buttons: `localhost` and names without a dot they do not. */
export function fitButtons(links: readonly MessageLink[]): boolean {
  return links.every(({ url }) => {
    const { protocol, hostname } = new URL(url);
    const known = /^https?:$/.test(protocol) && hostname.includes(".") && !hostname.endsWith(".localhost");
    return known && url.length <= URL_LENGTH;
  });
}
