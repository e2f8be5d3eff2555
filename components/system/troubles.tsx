import Link from "next/link";
import type { Instant } from "../../lib/domain/time.ts";
import { ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";

export type FaultView = { jobId: string; name: string; fault: string; retryAt: Instant | null };

/** Jobs that Belfry itself stumbled over. */
export function Faults({ faults }: { faults: FaultView[] }) {
  if (faults.length === 0) return null;
  return (
    <Panel title="Jobs set aside" note="Evaluating them failed; a bug worth reporting" flush>
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Jobs set aside">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Why</th>
              <th scope="col">Tried again</th>
            </tr>
          </thead>
          <tbody>
            {faults.map((fault) => (
              <tr key={fault.jobId}>
                <td>
                  <Link href={`/jobs/${fault.jobId}`}>
                    <Said text={fault.name} />
                  </Link>
                </td>
                <td className={table.wrap}>
                  <Said text={fault.fault} />
                </td>
                <td>{fault.retryAt === null ? "–" : <ExactMoment at={fault.retryAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
