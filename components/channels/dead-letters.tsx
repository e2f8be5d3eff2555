"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import Link from "next/link";
import { useTransition } from "react";
import type { AlertEvent } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import type { ActionResult } from "../base/form-state.ts";
import { ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import { EVENT_LABEL } from "../incidents/alert-list.tsx";

export type DeadLetterView = {
  id: string;
  incidentId: string | null;
  jobName: string | null;
  event: AlertEvent;
  to: string;
  attempts: number;
  lastError: string | null;
  createdAt: Instant;
};

type Props = { letters: DeadLetterView[]; mayReplay: boolean; replay: (deliveryId: string) => Promise<ActionResult> };

/** Alerts that did not arrive and are not tried any more, with a way to send them again. */
export function DeadLetters({ letters, mayReplay, replay }: Props) {
  return (
    <Panel title="Did not arrive" note={`${letters.length}`} flush>
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Alerts that did not arrive">
        <table className={table.table}>
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
                <td>
                  <Said text={letter.to} />
                </td>
                <td>
                  <ExactMoment at={letter.createdAt} />
                </td>
                <td className={table.wrap}>
                  {letter.lastError === null ? "–" : <Said text={letter.lastError} />}
                  {letter.attempts > 1 && <span className={table.soft}> ({letter.attempts} attempts)</span>}
                </td>
                <td>{mayReplay ? <ReplayButton id={letter.id} replay={replay} /> : "–"}</td>
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

function ReplayButton({ id, replay }: { id: string; replay: Props["replay"] }) {
  const [working, start] = useTransition();
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={working}
      onClick={() =>
        start(async () => {
          const result = await replay(id);
          notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
        })
      }
    >
      Send again
    </Button>
  );
}
