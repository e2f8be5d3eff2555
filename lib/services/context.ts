import type { Config } from "../config.ts";
import type { LinkSigner } from "../delivery/signed-link.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../store/client.ts";
import type { DatabaseClock } from "../store/clock.ts";
import type { SecretBox } from "../store/secrets.ts";

/** Who asks. `system` is the command line: it may do everything in every project. */
export type Actor = { kind: "user"; userId: string; operator: boolean } | { kind: "system" };

/** What every verb works with, whoever asks. */
export type Services = {
  database: Database;
  secrets: SecretBox;
  links: LinkSigner;
  config: Config;
  clock: DatabaseClock;
  log: Logger;
};

/** The first argument of every verb. */
export type Ctx = Services & { actor: Actor };
