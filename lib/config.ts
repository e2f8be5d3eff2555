import { resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { AppError } from "./errors.ts";

export type Role = "pings" | "web" | "sweep" | "deliver";

export type Signup = "first" | "open" | "closed";

/** Everything the environment decides, checked. This file is the only reader of `process.env`. */
export type Config = {
  port: number;
  host: string;
  /** Without a trailing slash, e.g. `https://belfry.example.org`. */
  baseUrl: string;
  dataDir: string;
  /** Null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  smtpUrl: string | null;
  mailFrom: string;
  /** Null: made and kept in `dataDir` by the server. */
  secretKey: string | null;
  signup: Signup;
  /** Networks (CIDR) whose X-Forwarded-For and -Proto are believed. */
  trustedProxies: string[];
  roles: ReadonlySet<Role>;
  /** Bytes of a ping's body that are kept. */
  pingBodyLimit: number;
  /** Private networks (CIDR) that webhooks may reach all the same. */
  allowPrivateTargets: string[];
  /** Called every minute while all is well; null: nobody. */
  watchdogUrl: string | null;
  /** Whether operators may make channels that run programs on this machine. */
  shellChannels: boolean;
  /** Null: no pings by mail. */
  mailPort: number | null;
  mailHost: string;
  /** Behind the `@` of addresses for pings. */
  mailDomain: string;
  /** Whether that domain was set: only then is mail for others refused. */
  mailDomainSet: boolean;
  logLevel: string;
  /** Where the system keeps its compiled time zones; need not be there. */
  zoneFolder: string;
  /** True in tests only: a database whose clock is offset is accepted. */
  allowOffsetClock: boolean;
};

const ROLES: readonly Role[] = ["pings", "web", "sweep", "deliver"];
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const HOST_NAME = /^[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63})*$/u;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment.
 * @throws AppError `invalid`: names the variable, what is wrong and what would be right.
 */
export function readConfig(env: Environment = process.env): Config {
  const port = readInteger(env, "PORT", { fallback: 3000, min: 0, max: 65_535 });
  const host = text(env, "HOST") ?? "127.0.0.1";
  const baseUrl = readBaseUrl(env, port);
  return {
    port,
    host,
    baseUrl,
    // Next would copy the whole project, the data too, beside the pages' server for it.
    dataDir: resolve(/* turbopackIgnore: true */ text(env, "DATA_DIR") ?? "data"),
    databaseUrl: readUrl(
      env,
      "DATABASE_URL",
      ["postgres:", "postgresql:"],
      "postgresql://user:password@host:5432/belfry",
    ),
    smtpUrl: readUrl(env, "SMTP_URL", ["smtp:", "smtps:"], "smtp://user:password@mail.example.org:587"),
    mailFrom: text(env, "MAIL_FROM") ?? "Belfry <belfry@localhost>",
    secretKey: readSecretKey(env),
    signup: readChoice(env, "SIGNUP", ["first", "open", "closed"], "first"),
    trustedProxies: readNetworks(env, "TRUSTED_PROXIES"),
    roles: readRoles(env),
    pingBodyLimit: readInteger(env, "PING_BODY_LIMIT", { fallback: 100_000, min: 0, max: 10_000_000 }),
    allowPrivateTargets: readNetworks(env, "ALLOW_PRIVATE_TARGETS"),
    watchdogUrl: readWatchdogUrl(env),
    shellChannels: readChoice(env, "SHELL_CHANNELS", ["off", "allow"], "off") === "allow",
    ...readMailSettings(env, { host, baseUrl }),
    logLevel: readChoice(env, "LOG_LEVEL", LOG_LEVELS, "info"),
    zoneFolder: readZoneFolder(env),
    allowOffsetClock: text(env, "BELFRY_TEST_CLOCK") === "allow",
  };
}

/** Where the system keeps its compiled time zones, for programs that need nothing else of the configuration. */
export function readZoneFolder(env: Environment = process.env): string {
  return resolve(/* turbopackIgnore: true */ text(env, "TZDIR") ?? "/usr/share/zoneinfo");
}

/**
 * The environment of a child process that is to read the very same configuration: what this process was given, with
 * `config` spelt out over it.
 */
export function childEnvironment(config: Config, env: Environment = process.env): Record<string, string | undefined> {
  return {
    ...env,
    PORT: String(config.port),
    HOST: config.host,
    BASE_URL: config.baseUrl,
    DATA_DIR: config.dataDir,
    DATABASE_URL: config.databaseUrl ?? undefined,
    SMTP_URL: config.smtpUrl ?? undefined,
    MAIL_FROM: config.mailFrom,
    SECRET_KEY: config.secretKey ?? undefined,
    SIGNUP: config.signup,
    TRUSTED_PROXIES: config.trustedProxies.join(","),
    BELFRY_ROLES: [...config.roles].join(","),
    PING_BODY_LIMIT: String(config.pingBodyLimit),
    ALLOW_PRIVATE_TARGETS: config.allowPrivateTargets.join(","),
    WATCHDOG_URL: config.watchdogUrl ?? undefined,
    SHELL_CHANNELS: config.shellChannels ? "allow" : "off",
    MAIL_PORT: config.mailPort === null ? undefined : String(config.mailPort),
    MAIL_HOST: config.mailHost,
    MAIL_DOMAIN: config.mailDomainSet ? config.mailDomain : undefined,
    LOG_LEVEL: config.logLevel,
    TZDIR: config.zoneFolder,
    BELFRY_TEST_CLOCK: config.allowOffsetClock ? "allow" : undefined,
  };
}

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function text(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

function refuse(name: string, value: string, wanted: string): never {
  throw new AppError("invalid", `${name}="${value}" cannot be used: ${wanted}`, name);
}

function readInteger(env: Environment, name: string, rule: { fallback: number; min: number; max: number }): number {
  const value = text(env, name);
  if (value === null) return rule.fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < rule.min || number > rule.max) {
    refuse(name, value, `set a whole number from ${rule.min} to ${rule.max}.`);
  }
  return number;
}

function readChoice<T extends string>(env: Environment, name: string, choices: readonly T[], fallback: T): T {
  const value = text(env, name);
  if (value === null) return fallback;
  return choices.find((choice) => choice === value) ?? refuse(name, value, `set one of ${choices.join(", ")}.`);
}

function readUrl(env: Environment, name: string, protocols: readonly string[], example: string): string | null {
  const value = text(env, name);
  if (value === null) return null;
  // The value may hold a password: never repeat it.
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    refuse(name, "…", `set an address like ${example} (special characters in the password percent-encoded).`);
  }
  return value;
}

function readWatchdogUrl(env: Environment): string | null {
  const value = readUrl(env, "WATCHDOG_URL", ["http:", "https:"], "https://watch.example.org/ping/0198c0de");
  const { username, password } = new URL(value ?? "http://localhost");
  if (username !== "" || password !== "") {
    refuse("WATCHDOG_URL", "…", "leave user name and password out of the address, they are not sent.");
  }
  return value;
}

function readBaseUrl(env: Environment, port: number): string {
  const value = readUrl(env, "BASE_URL", ["http:", "https:"], "https://belfry.example.org");
  if (value === null) return `http://localhost:${port}`;
  const url = new URL(value);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    refuse(
      "BASE_URL",
      value,
      "set scheme and host only, like https://belfry.example.org; Belfry does not run below a path.",
    );
  }
  return url.origin;
}

type MailSettings = Pick<Config, "mailPort" | "mailHost" | "mailDomain" | "mailDomainSet">;

function readMailSettings(env: Environment, { host, baseUrl }: Pick<Config, "host" | "baseUrl">): MailSettings {
  const isOn = text(env, "MAIL_PORT") !== null;
  const domain = text(env, "MAIL_DOMAIN");
  if (domain !== null && !HOST_NAME.test(domain)) {
    refuse("MAIL_DOMAIN", domain, "set a host name only, like ping.example.org.");
  }
  return {
    mailPort: isOn ? readInteger(env, "MAIL_PORT", { fallback: 0, min: 0, max: 65_535 }) : null,
    mailHost: text(env, "MAIL_HOST") ?? host,
    mailDomain: domain ?? mailDomainOf(new URL(baseUrl).hostname),
    mailDomainSet: domain !== null,
  };
}

/** Addresses of machines stand in brackets behind an `@`. */
function mailDomainOf(host: string): string {
  if (host.startsWith("[")) return `[IPv6:${host.slice(1)}`;
  return ipaddr.isValid(host) ? `[${host}]` : host;
}

function readSecretKey(env: Environment): string | null {
  const value = text(env, "SECRET_KEY");
  if (value !== null && value.length < 32) {
    refuse("SECRET_KEY", "…", "set at least 32 random characters, for example the output of: openssl rand -hex 32");
  }
  if (value === null && text(env, "DATABASE_URL") !== null) {
    throw new AppError(
      "invalid",
      "SECRET_KEY is required with DATABASE_URL: every process on that database needs the same one. Make one with: openssl rand -hex 32",
      "SECRET_KEY",
    );
  }
  return value;
}

function readNetworks(env: Environment, name: string): string[] {
  const networks = (text(env, name) ?? "").split(/[\s,]+/).filter((network) => network !== "");
  for (const network of networks) {
    if (!ipaddr.isValidCIDR(network) && !ipaddr.isValid(network)) {
      refuse(name, network, "set addresses or networks separated by commas, like 10.0.0.0/8, 192.0.2.7.");
    }
  }
  return networks.map((network) =>
    network.includes("/") ? network : `${network}/${network.includes(":") ? 128 : 32}`,
  );
}

function readRoles(env: Environment): ReadonlySet<Role> {
  const value = text(env, "BELFRY_ROLES");
  if (value === null) return new Set(ROLES);
  const roles = value.split(",").map((role) => role.trim());
  const known = ROLES.filter((role) => roles.includes(role));
  if (known.length !== roles.length) refuse("BELFRY_ROLES", value, `set some of ${ROLES.join(",")}.`);
  return new Set(known);
}
