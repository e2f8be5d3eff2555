import Link from "next/link";
import type { LeftOut } from "../../lib/domain/left-out.ts";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import styles from "./job.module.css";
import { SETTING_NAMES } from "./setting-names.ts";

type Props = {
  leftOut: readonly LeftOut[];
  /** Null for those who may not change the job. */
  editHref: string | null;
};

/** What a job's first ping asked for in vain; nothing where it asked for nothing else. */
export function LeftOutPanel({ leftOut, editHref }: Props) {
  if (leftOut.length === 0) return null;
  return (
    <Panel title="Its first ping asked for more">
      <div className={styles.stack}>
        <p>
          The job was made without what makes no sense.{" "}
          {editHref === null ? (
            "Somebody who may edit the job has to set it."
          ) : (
            <Link href={editHref}>Set it here.</Link>
          )}{" "}
          Saving the settings takes this note away.
        </p>
        <div className={table.scroll}>
          <table className={`${table.table} ${styles.differences}`}>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Asked for</th>
                <th scope="col">Why it was left out</th>
              </tr>
            </thead>
            <tbody>
              {leftOut.map(({ field, asked, problem }) => (
                <tr key={`${field} ${asked}`}>
                  <th scope="row">{SETTING_NAMES[field]}</th>
                  <td>
                    <Said text={asked} />
                  </td>
                  <td>
                    <Said text={problem} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Panel>
  );
}
