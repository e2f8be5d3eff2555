"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import type { AlertEvent } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import type { ActionResult } from "../base/form-state.ts";
import { ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import { useWork } from "../base/work.ts";
import styles from "./channels.module.css";
import { EVENT_LABEL } from "../incidents/alert-list.tsx";

export type DeadLetterView = {
  id: string;
  incidentId: string | null;
  jobName: string | null;
  event: AlertEvent;
  channelId: string | null;
  to: string;
  attempts: number;
  lastError: string | null;
  createdAt: Instant;
};

type Props = {
  letters: DeadLetterView[];
  mayReplay: boolean;
  replay: (deliveryId: string) => Promise<ActionResult>;
  /** All of a channel at once; left out where letters are of several projects. */
  replayAll?: (channelId: string) => Promise<ActionResult>;
};

/** Alerts that did not arrive and are not tried any more, with a way to send them again. */
export function DeadLetters({ letters, mayReplay, replay, replayAll }: Props) {
  const several = mayReplay ? severalOf(letters) : [];
  return (
    <Panel title="Did not arrive" note={`${letters.length}`} flush>
      {replayAll !== undefined && several.length > 0 && (
        <div className={styles.all}>
          {several.map(({ channelId, to }) => (
            <ReplayButton key={channelId} send={() => replayAll(channelId)}>
              <span>
                Send all again over <Said text={to} />
              </span>
            </ReplayButton>
          ))}
        </div>
      )}
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Alerts that did not arrive">
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">Alert</th>
              <th scope="col">To</th>
              <th scope="col">Made</th>
              <th scope="col">What the receiver said</th>
              <th scope="col">
                <span className={table.soft}>Again</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {letters.map((letter) => (
              <tr key={letter.id}>
                <td>
                  <AlertName letter={letter} />
                </td>
                <td data-label="To">
                  <Said text={letter.to} />
                </td>
                <td data-label="Made">
                  <ExactMoment at={letter.createdAt} />
                </td>
                <td className={table.wrap}>
                  {letter.lastError === null ? "–" : <Said text={letter.lastError} />}
                  {letter.attempts > 1 && <span className={table.soft}> ({letter.attempts} attempts)</span>}
                </td>
                <td>{mayReplay ? <ReplayButton send={() => replay(letter.id)}>Send again</ReplayButton> : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function AlertName({ letter }: { letter: DeadLetterView }) {
  const words = (
    <>
      {EVENT_LABEL[letter.event]}
      {letter.jobName !== null && (
        <>
          {" · "}
          <Said text={letter.jobName} />
        </>
      )}
    </>
  );
  return letter.incidentId === null ? words : <Link href={`/incidents/${letter.incidentId}`}>{words}</Link>;
}

/** Channels of which there is more than one; a test is not sent again with the others. */
function severalOf(letters: readonly DeadLetterView[]): { channelId: string; to: string }[] {
  const counts = new Map<string, { to: string; count: number }>();
  for (const { channelId, to, event } of letters) {
    if (channelId !== null && event !== "test")
      counts.set(channelId, { to, count: (counts.get(channelId)?.count ?? 0) + 1 });
  }
  return [...counts].flatMap(([channelId, { to, count }]) => (count > 1 ? [{ channelId, to }] : []));
}

function ReplayButton({ send, children }: { send: () => Promise<ActionResult>; children: ReactNode }) {
  const { working, run } = useWork();
  return (
    <Button size="compact-sm" variant="default" loading={working} onClick={() => run(send)}>
      {children}
    </Button>
  );
}
