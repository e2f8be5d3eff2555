import { Panel } from "../base/panel.tsx";
import styles from "./job.module.css";
import { type LastPing, Listening } from "./listening.tsx";
import { pingLines } from "./ping-lines.ts";
import { PingTabs } from "./ping-tabs.tsx";

type Props = { pingUrl: string; mailAddress: string | null; schedule: string | null; lastPing: LastPing | null };

/** How to ping this job; open until the first ping has come, and folded afterwards. */
export function PingPanel({ pingUrl, mailAddress, schedule, lastPing }: Props) {
  const tabs = <PingTabs lines={pingLines({ pingUrl, mailAddress, schedule })} />;
  return (
    <Panel title={lastPing === null ? "Already listening" : "Pings"} note={<Listening lastPing={lastPing} />}>
      {lastPing === null ? (
        tabs
      ) : (
        <details>
          <summary className={styles.summary}>How to ping this job</summary>
          <div className={styles.folded}>{tabs}</div>
        </details>
      )}
    </Panel>
  );
}
