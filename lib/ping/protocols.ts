import { createPingHandler, type PingHandler } from "./handler.ts";
import type { Intake } from "./intake.ts";
import { NATIVE_PREFIX, parseNative } from "./native.ts";

/** What clients may speak. One row a protocol; the first that matches the path gets the request. */
export type Protocol = {
  name: string;
  /** Of the path, without the query. */
  matches: (path: string) => boolean;
  open: (intake: Intake) => PingHandler;
};

export const PROTOCOLS: readonly Protocol[] = [
  {
    name: "native",
    matches: (path) => path.startsWith(NATIVE_PREFIX),
    open: (intake) => createPingHandler(intake, parseNative),
  },
];
