import type { AskedField } from "../../lib/domain/left-out.ts";
import type { ActionResult } from "../base/form-state.ts";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import { AdoptButton } from "./adopt-button.tsx";
import styles from "./job.module.css";
import { SETTING_NAMES } from "./setting-names.ts";

export type CodeView = {
  /** `code`: the job changes with its code, except in what people have set otherwise. */
  managedBy: "code" | "app";
  differences: { field: AskedField; code: string; here: string; problem: string | null }[];
};

type Props = {
  jobId: string;
  followsCode: CodeView | null;
  /** Null for those who may not change the job. */
  adopt: ((jobId: string) => Promise<ActionResult>) | null;
};

/** Where a job is set otherwise than its code asks; nothing where they agree. */
export function CodePanel({ jobId, followsCode, adopt }: Props) {
  if (followsCode === null || followsCode.differences.length === 0) return null;
  const { managedBy, differences } = followsCode;
  const possible = differences.some(({ problem }) => problem === null);
  return (
    <Panel title="Its code asks for something else" note={managedBy === "code" ? "managed by code" : "managed here"}>
      <div className={styles.stack}>
        <p>{EXPLAINED[managedBy]}</p>
        <div className={table.scroll}>
          <table className={`${table.table} ${styles.differences}`}>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">In the code</th>
                <th scope="col">Here</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ field, code, here, problem }) => (
                <tr key={field}>
                  <th scope="row">{SETTING_NAMES[field]}</th>
                  <td>
                    <Said text={code} />
                    {problem !== null && (
                      <span className={styles.problem}>
                        <Said text={problem} />
                      </span>
                    )}
                  </td>
                  <td>
                    <Said text={here} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {adopt !== null && possible && (
          <div>
            <AdoptButton jobId={jobId} adopt={adopt} />
          </div>
        )}
      </div>
    </Panel>
  );
}

const EXPLAINED: Readonly<Record<CodeView["managedBy"], string>> = {
  code: "This job changes with its code, except in what was set here otherwise and in what Belfry cannot do.",
  app: "This job was made here, so it stays as it is set here, whatever its code asks for.",
};
