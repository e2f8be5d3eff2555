import type { HoldReason } from "../../lib/domain/alerting/hold.ts";
import { waitsFor } from "../../lib/domain/alerting/held.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { Until } from "../base/moment.tsx";
import { visibleText } from "../base/visible-text.ts";
import styles from "./incidents.module.css";

export type HoldView = {
  hold: HoldReason | null;
  /** Name of the window or the job that it waits for. */
  holdDetail: string | null;
  /** While it waits: when it is looked at again. */
  planAt: Instant | null;
};

/** Why nobody was told of an alert, or not yet. */
export function HoldLine({ alert }: { alert: HoldView }) {
  return (
    <p className={styles.none}>
      {holdText(alert)}
      {alert.planAt !== null && alert.hold !== null && (
        <>
          {" "}
          Looked at again <Until at={alert.planAt} due="now" />.
        </>
      )}
    </p>
  );
}

/** The same as a sentence, without when it is looked at again. */
export function holdText({ hold, holdDetail, planAt }: HoldView): string {
  if (hold === null) return planAt === null ? "No channel was there to tell anybody." : "About to be told.";
  const name = holdDetail === null ? null : `“${visibleText(holdDetail)}”`;
  return planAt === null ? UNTOLD[hold](name) : WAITING[hold](name);
}

type Words = (name: string | null) => string;

const WAITING: Readonly<Record<HoldReason, Words>> = {
  gathering: () => "Waits a moment for what else opens, so that all of it is one message.",
  outage: () => "Waits until the other jobs of its outage are well again, so that all of it is one message.",
  window: (name) => `Waits${waitsFor("window", name, "is")}.`,
  upstream: (name) => `Waits${waitsFor("upstream", name, "is")}.`,
  snoozed: () => "Waits for the end of a snooze.",
  muted: () => "Waits while the incident is muted.",
  unstable: () => `Waits${waitsFor("unstable", null, "is")}.`,
  withdrawn: () => "Waits to be taken back.",
  passed: () => "Waits, as it seems to be over.",
  nobody: () => "Waits for a channel that takes it.",
  closed: () => "Waits to be closed.",
  acknowledged: () => "Waits, as somebody looks after the incident.",
};

const UNTOLD: Readonly<Record<HoldReason, Words>> = {
  gathering: () => "Nobody was told: it was over before the message left.",
  outage: () => "Nobody was told: it was over together with its outage.",
  window: (name) => `Nobody was told: it was over before the window ${name ?? "that it was in"} was.`,
  upstream: (name) => `Nobody was told: it was over as soon as ${name ?? "the job before it"} was well again.`,
  snoozed: () => "Nobody was told: somebody had snoozed the incident.",
  muted: () => "Nobody was told: somebody had muted the incident.",
  unstable: () => "Nobody was told: the job fails and recovers again and again, of which people were told once.",
  withdrawn: () => "Nobody was told: it was taken back before it left.",
  passed: () => "Nobody was told: nobody had heard of its beginning.",
  nobody: () => "Nobody was told: no channel takes it. Look at the job's channels and their rules.",
  closed: () => "Nobody was told: somebody who knew of it paused or changed the job.",
  acknowledged: () => "Nobody was told: somebody had acknowledged the incident while its alarm waited.",
};
