import type { AlertEvent } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { Glyph } from "../base/glyph.tsx";
import type { Shape } from "../base/shapes.tsx";
import { ExactMoment, Until } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import type { Tone } from "../base/status.ts";
import tones from "../base/tone.module.css";
import { type HoldView, HoldLine } from "./hold-line.tsx";
import { type AttemptView, DeliveryLog } from "./delivery-log.tsx";
import styles from "./incidents.module.css";

export type DeliveryState = "pending" | "sending" | "sent" | "dead" | "dropped";

/** What must still hold when a delivery that was put off leaves. */
export type Condition = "open" | "unacknowledged";

const CONDITION: Readonly<Record<Condition, string>> = {
  open: "the incident is still open",
  unacknowledged: "nobody has acknowledged the incident",
};

export type DeliveryView = {
  id: string;
  to: string;
  kind: string | null;
  state: DeliveryState;
  attempts: number;
  lastError: string | null;
  sentAt: Instant | null;
  nextAttemptAt: Instant | null;
  onlyIf: Condition | null;
  log: AttemptView[];
};

export type AlertView = HoldView & { id: string; event: AlertEvent; at: Instant; deliveries: DeliveryView[] };

export const EVENT_LABEL: Readonly<Record<AlertEvent, string>> = {
  opened: "Alarm",
  changed: "Another cause",
  reminder: "Reminder",
  resolved: "All clear",
  unstable: "Unstable",
  stable: "Stable again",
  notice: "Notice",
  report: "Report",
  test: "Test",
};

const STATE: Readonly<Record<DeliveryState, { label: string; tone: Tone; shape: Shape }>> = {
  pending: { label: "waiting", tone: "running", shape: "new" },
  sending: { label: "being sent", tone: "running", shape: "running" },
  sent: { label: "arrived", tone: "ok", shape: "ok" },
  dead: { label: "did not arrive", tone: "down", shape: "failed" },
  dropped: { label: "not needed any more", tone: "quiet", shape: "skipped" },
};

/** What people were told, over what, and whether it arrived. */
export function AlertList({ alerts, none }: { alerts: AlertView[]; none: string }) {
  return (
    <Panel title="Who was told">
      {alerts.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <ol className={styles.alerts}>
          {alerts.map((alert) => (
            <li key={alert.id}>
              <p className={styles.alertHead}>
                <b>{EVENT_LABEL[alert.event]}</b>{" "}
                <span className={styles.soft}>
                  <ExactMoment at={alert.at} />
                </span>
              </p>
              {alert.deliveries.length === 0 && <HoldLine alert={alert} />}
              <ul className={styles.deliveries}>
                {alert.deliveries.map((delivery) => (
                  <li key={delivery.id}>
                    <DeliveryLine delivery={delivery} />
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function DeliveryLine({ delivery }: { delivery: DeliveryView }) {
  const { label, tone, shape } = STATE[delivery.state];
  return (
    <>
      <span className={`${tones.label} ${tones[tone]}`}>
        <Glyph shape={shape} tone={tone} size={14} />
        {label}
      </span>{" "}
      over <Said text={delivery.to} />
      {delivery.sentAt !== null && (
        <span className={styles.soft}>
          {" "}
          <ExactMoment at={delivery.sentAt} />
        </span>
      )}
      <Waiting delivery={delivery} />
      {delivery.lastError !== null && delivery.state !== "sent" && (
        <span className={styles.reason}>
          <Said text={delivery.lastError} />
        </span>
      )}
      <DeliveryLog log={delivery.log} ended={endedAttempts(delivery)} />
    </>
  );
}

/** Of what is over for long nothing may be on record any more. */
function endedAttempts({ state, attempts, log }: DeliveryView): number {
  if (state === "sending") return attempts - 1;
  return state === "pending" || log.length > 0 ? attempts : 0;
}

/** When a delivery that waits is sent, and on what that depends. */
function Waiting({ delivery: { state, attempts, nextAttemptAt, onlyIf } }: { delivery: DeliveryView }) {
  if (state !== "pending" || nextAttemptAt === null) return null;
  if (attempts === 0 && onlyIf === null) return null;
  return (
    <span className={styles.soft}>
      , {attempts > 0 ? "tried again" : "leaves"} <Until at={nextAttemptAt} due="now" />
      {attempts === 0 && onlyIf !== null && ` if ${CONDITION[onlyIf]}`}
    </span>
  );
}
