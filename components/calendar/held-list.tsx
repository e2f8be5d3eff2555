import Link from "next/link";
import { Ago, Moment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import type { HeldView } from "./window-view.ts";

const EVENTS: Readonly<Record<string, string>> = {
  opened: "Alarm",
  changed: "Change",
  reminder: "Reminder",
  unstable: "Unstable",
  stable: "Stable again",
};

/** Alerts that wait for the end of a window. */
export function HeldList({ held }: { held: HeldView[] }) {
  return (
    <Panel title="Held back now" flush>
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Alerts held back">
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Alert</th>
              <th scope="col">In trouble for</th>
              <th scope="col">Window</th>
              <th scope="col">Told at</th>
            </tr>
          </thead>
          <tbody>
            {held.map(({ incidentId, jobName, event, window, openedAt, until }) => (
              <tr key={`${incidentId} ${event}`}>
                <th scope="row">
                  <Link href={`/incidents/${incidentId}`}>
                    <Said text={jobName} />
                  </Link>
                </th>
                <td data-label="Alert">{EVENTS[event] ?? event}</td>
                <td data-label="In trouble for">
                  <Ago at={openedAt} />
                </td>
                <td data-label="Window">{window === null ? "–" : <Said text={window} />}</td>
                <td data-label="Told at">
                  <Moment at={until} />, if still wrong
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
