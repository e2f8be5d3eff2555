import { AppError } from "../errors.ts";
import type { AddressRule } from "./guard.ts";
import { parseTargetUrl } from "./target-url.ts";

/**
 * Reads the address of a server below which an API is found.
 * @throws AppError `invalid` about `server`: what is wrong and what would be right.
 */
export function parseServerUrl(value: string | undefined, rule: AddressRule, example: string): URL {
  const url = parseTargetUrl(value, rule, "server", example);
  if (url.search === "" && url.hash === "") return url;
  throw new AppError("invalid", `Write only the server's address, without ? and #, such as ${example}`, "server");
}

/** `path` below the server's address; with a leading slash. */
export function addressBelow(server: URL, path: string): string {
  return `${server.origin}${server.pathname.replace(/\/+$/, "")}${path}`;
}

/** How the server is shown to people. */
export function serverName(server: URL): string {
  return `${server.host}${server.pathname.replace(/\/+$/, "")}`;
}
