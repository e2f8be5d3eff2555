import type { PingAction, PingDisposition } from "../../lib/domain/ping.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import styles from "../base/table.module.css";
import { sizeText } from "../job/run-words.ts";

export type PingView = {
  id: string;
  receivedAt: Instant;
  action: PingAction;
  disposition: PingDisposition;
  exitCode: number | null;
  at: Instant | null;
  durationMs: number | null;
  source: string | null;
  method: string;
  userAgent: string | null;
  message: string | null;
  metrics: readonly (readonly [name: string, value: number])[] | null;
  bodySize: number;
};

const DISPOSITION: Readonly<Record<PingDisposition, string>> = {
  applied: "counted",
  duplicate: "sent again, not counted twice",
  ignored: "ignored",
  quarantined: "set aside, because reading it failed",
};

/** The raw pings of a run, as they came. */
export function PingsTable({ pings, jobZone = null }: { pings: PingView[]; jobZone?: string | null }) {
  if (pings.length === 0) return null;
  return (
    <Panel title="Pings" flush>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Pings">
        <table className={`${styles.table} ${styles.cards}`}>
          <thead>
            <tr>
              <th scope="col">Received</th>
              <th scope="col">Said</th>
              <th scope="col">Was</th>
              <th scope="col">From</th>
              <th scope="col">With</th>
              <th scope="col" className={styles.number}>
                Body
              </th>
            </tr>
          </thead>
          <tbody>
            {pings.map((ping) => (
              <tr key={ping.id}>
                <td>
                  <ExactMoment at={ping.receivedAt} jobZone={jobZone} />
                </td>
                <td className={styles.wrap}>
                  <Words ping={ping} jobZone={jobZone} />
                </td>
                <td className={styles.soft} data-label="Was">
                  {DISPOSITION[ping.disposition]}
                </td>
                <td data-label="From">{ping.source === null ? "–" : <Said text={ping.source} />}</td>
                <td className={styles.wrap} data-label="With">
                  {ping.method} {ping.userAgent !== null && <Said text={ping.userAgent} />}
                </td>
                <td className={styles.number} data-label="Body">
                  {ping.bodySize === 0 ? "–" : sizeText(ping.bodySize)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Words({ ping, jobZone }: { ping: PingView; jobZone: string | null }) {
  return (
    <>
      {ping.action}
      {ping.exitCode !== null && ` (exit ${ping.exitCode})`}
      {ping.durationMs !== null && `, took ${lengthText(ping.durationMs)}`}
      {ping.at !== null && (
        <>
          , of <ExactMoment at={ping.at} jobZone={jobZone} />
        </>
      )}
      {ping.message !== null && (
        <>
          , “<Said text={ping.message} />”
        </>
      )}
      {ping.metrics?.map(([name, value]) => (
        <span key={name}>
          , <Said text={name} /> {value}
        </span>
      ))}
    </>
  );
}
