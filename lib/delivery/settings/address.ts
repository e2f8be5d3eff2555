import { AppError } from "../../errors.ts";
import { literalAddress, type AddressRule } from "../guard.ts";

const LONGEST = 2_000;

/**
 * Reads an address that messages are posted to. Names are only resolved when something is sent, and checked again then.
 * @throws AppError `invalid` about `field`: what is wrong and what would be right.
 */
export function parseTargetUrl(value: string | undefined, rule: AddressRule, field: string, example: string): URL {
  const text = value?.trim() ?? "";
  const refuse = (sentence: string): never => {
    throw new AppError("invalid", sentence, field);
  };
  if (text === "") refuse(`Paste the whole address, such as ${example}`);
  if (text.length > LONGEST || !URL.canParse(text))
    refuse(`This is not a web address. Paste it whole, such as ${example}`);
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    refuse(`The address must begin with https://, such as ${example}`);
  if (url.username !== "" || url.password !== "")
    refuse("Leave user name and password out of the address: they are not sent.");
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (port < 1_024 && port !== 80 && port !== 443)
    refuse(`Port ${port} is not one that Belfry posts to: use 80, 443, or one from 1024 up.`);
  const literal = literalAddress(url.hostname);
  if (literal !== null && !rule.allows(literal)) {
    refuse(
      `${literal} is a private address. To let Belfry reach it, its operator adds its network to ALLOW_PRIVATE_TARGETS.`,
    );
  }
  return url;
}

/** Host, and the end of a long path to tell two addresses of one service apart; the rest is a secret. */
export function maskUrl(url: URL): string {
  const secret = `${url.pathname}${url.search}`.replace(/\/$/, "");
  if (secret === "") return url.host;
  return secret.length < 24 ? `${url.host}/…` : `${url.host}/…${secret.slice(-4)}`;
}

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
