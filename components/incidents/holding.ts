import type { Instant } from "../../lib/domain/time.ts";
import type { AlertView } from "./alert-list.tsx";

/** `holds`: nobody is told before `at`. `told`: it held back the alarm until `at`, when people were told. */
export type Holding = { state: "holds" | "told"; window: string; at: Instant };

type Told = Pick<AlertView, "event" | "at" | "hold" | "holdDetail" | "planAt"> & {
  deliveries: readonly { createdAt: Instant }[];
};

/** Alarms wait this long at most for what else opens, without anything holding them back. */
const GATHERED_WITHIN = 15_000;

/** What a window did to an incident's alarm; null where it did nothing. @param window The one that it opened in. */
export function holdingOf(alerts: readonly Told[], window: { name: string } | null): Holding | null {
  const alarm = alerts.find(({ event }) => event === "opened");
  if (alarm === undefined) return null;
  const { hold, holdDetail, planAt, deliveries } = alarm;
  if (planAt !== null) {
    const name = holdDetail ?? window?.name ?? null;
    return hold === "window" && name !== null ? { state: "holds", window: name, at: planAt } : null;
  }
  const toldAt = Math.min(...deliveries.map(({ createdAt }) => createdAt));
  if (window === null || deliveries.length === 0 || toldAt - alarm.at < GATHERED_WITHIN) return null;
  return { state: "told", window: window.name, at: toldAt };
}
