import type { Cause } from "../../lib/domain/incident.ts";
import type { Shape } from "../base/shapes.tsx";

export const CAUSE_SHAPE: Readonly<Record<Cause, Shape>> = {
  missed: "missed",
  failed: "failed",
  overlong: "overlong",
  overlap: "warning",
  abandoned: "abandoned",
  slow: "slow",
  fast: "fast",
  "too-often": "warning",
  "never-pinged": "new",
};
