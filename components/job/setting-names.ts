import type { AskedField } from "../../lib/domain/left-out.ts";

/** What a job's pings may ask of it, as tables of its page name it. */
export const SETTING_NAMES: Readonly<Record<AskedField, string>> = {
  schedule: "Schedule",
  grace: "Grace time",
  maxRuntime: "Longest run",
  jitter: "Jitter",
  failuresToOpen: "Bad runs until told",
  successesToClose: "Good runs until well",
  tags: "Tags",
  upstreams: "Waits for",
};
