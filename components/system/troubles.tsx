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

export type UnmatchedView = {
  id: number;
  receivedAt: Instant;
  reason: string;
  method: string;
  path: string;
  source: string | null;
  userAgent: string | null;
};

/** Pings that were refused, so that a person can see the mistake. */
export function Unmatched({ pings }: { pings: UnmatchedView[] }) {
  return (
    <Panel title="Refused pings" note="The newest 50" flush>
      {pings.length === 0 ? (
        <p style={{ padding: "0.25rem 1rem 1rem" }} className={table.soft}>
          None. A ping to an unknown address would show here.
        </p>
      ) : (
        <div className={table.scroll} tabIndex={0} role="group" aria-label="Refused pings">
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Address</th>
                <th scope="col">Why</th>
                <th scope="col">From</th>
                <th scope="col">With</th>
              </tr>
            </thead>
            <tbody>
              {pings.map((ping) => (
                <tr key={ping.id}>
                  <td>
                    <ExactMoment at={ping.receivedAt} />
                  </td>
                  <td className={table.wrap}>
                    <code>
                      {ping.method} <Said text={ping.path} />
                    </code>
                  </td>
                  <td>{ping.reason.replaceAll("-", " ")}</td>
                  <td>{ping.source === null ? "–" : <Said text={ping.source} />}</td>
                  <td className={table.wrap}>{ping.userAgent === null ? "–" : <Said text={ping.userAgent} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
