import { CopyLine } from "../base/copy-line.tsx";
import { Panel } from "../base/panel.tsx";
import styles from "./calendar.module.css";

/** How scripts open a window and end it again. @param pingBase null: whoever looks may not see the ping key. */
export function ScriptPanel({ pingBase }: { pingBase: string | null }) {
  const base = pingBase ?? "https://…/ping/PING-KEY";
  return (
    <Panel title="From a script">
      <div className={styles.script}>
        <p>
          A deploy can say that it goes on: alerts of the jobs it touches wait for as long as it says, or until it is
          done. Only POST does it.
        </p>
        <CopyLine
          label="Alerts of jobs with a tag wait"
          text={`curl -sS --fail-with-body -X POST "${base}/snooze?for=20m&tag=web"`}
        />
        <CopyLine
          label="Alerts of one job wait"
          text={`curl -sS --fail-with-body -X POST "${base}/db-backup/snooze?for=20m"`}
        />
        <CopyLine label="The deploy is done" text={`curl -sS --fail-with-body -X POST "${base}/unsnooze?tag=web"`} />
        <p className={styles.soft}>
          <code>host=…</code> names a machine, <code>all=1</code> the whole project, and <code>msg=…</code> says why.
        </p>
      </div>
    </Panel>
  );
}
