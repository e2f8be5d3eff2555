import { existsSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment, type Config } from "../config.ts";
import { AppError } from "../errors.ts";
import type { PagesProgram } from "./pages.ts";

/**
 * Next's standalone server, as the build left it below `root`; in development Next's own server with hot reloading.
 * @throws AppError `unavailable` where nothing was built.
 */
export function pagesProgram(root: string, config: Config, development: boolean): PagesProgram {
  const built = join(root, "dist", ...(development ? ["dev"] : []));
  const standalone = join(root, ".next", "standalone");
  const program = development ? join(built, "pages-dev.mjs") : join(standalone, "server.js");
  if (!existsSync(program)) throw new AppError("unavailable", "Belfry has not been built here. Run: npm run build");
  return {
    entry: join(built, "pages-child.mjs"),
    args: [program],
    cwd: development ? root : standalone,
    env: {
      ...childEnvironment(config),
      NODE_ENV: development ? "development" : "production",
      NEXT_TELEMETRY_DISABLED: "1",
      // Containers set it to their own name, and Next would listen there.
      HOSTNAME: "127.0.0.1",
      KEEP_ALIVE_TIMEOUT: "75000",
    },
  };
}
