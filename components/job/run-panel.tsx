import Link from "next/link";
import { Panel } from "../base/panel.tsx";
import styles from "../base/table.module.css";
import { RunTable, type RunView } from "./run-table.tsx";

type Props = {
  jobId: string;
  timeZone: string | null;
  runs: RunView[];
  /** Only bad runs are shown. */
  onlyBad: boolean;
  /** The page begins below this number; null: the newest. */
  before: number | null;
  nextBefore: number | null;
};

/** The run table with its filter and paging, all in the address. */
export function RunPanel({ jobId, timeZone, runs, onlyBad, before, nextBefore }: Props) {
  const address = (bad: boolean, from: number | null) => {
    const query = new URLSearchParams({
      ...(bad ? { runs: "bad" } : {}),
      ...(from === null ? {} : { before: `${from}` }),
    });
    return `/jobs/${jobId}${query.size === 0 ? "" : `?${query}`}#runs`;
  };
  return (
    <div id="runs">
      <Panel
        title="Runs"
        flush
        note={
          <nav className={styles.filters} aria-label="Which runs">
            <Link
              href={address(false, null)}
              className={styles.filter}
              aria-current={onlyBad ? undefined : "true"}
              scroll={false}
            >
              All
            </Link>
            <Link
              href={address(true, null)}
              className={styles.filter}
              aria-current={onlyBad ? "true" : undefined}
              scroll={false}
            >
              Bad only
            </Link>
          </nav>
        }
      >
        {runs.length === 0 ? (
          <p className={styles.pager}>
            {onlyBad ? "No bad run is kept. Good." : "No run yet. The first ping makes one."}
          </p>
        ) : (
          <RunTable jobId={jobId} timeZone={timeZone} runs={runs} />
        )}
        {(before !== null || nextBefore !== null) && (
          <nav className={styles.pager} aria-label="Pages of runs">
            {before === null ? (
              <span />
            ) : (
              <Link href={address(onlyBad, null)} scroll={false}>
                Newest runs
              </Link>
            )}
            {nextBefore !== null && (
              <Link href={address(onlyBad, nextBefore)} scroll={false}>
                Older runs
              </Link>
            )}
          </nav>
        )}
      </Panel>
    </div>
  );
}
