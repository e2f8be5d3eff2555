"use client";

import { Button } from "@mantine/core";
import { UserCheck } from "lucide-react";
import type { ActionResult } from "../base/form-state.ts";
import { Panel } from "../base/panel.tsx";
import { useWork } from "../base/work.ts";
import type { Handling } from "./handling.ts";
import { IncidentItems, type IncidentView } from "./incident-items.tsx";
import {
  acknowledgeWords,
  ofMachine,
  openWords,
  type OutageCount,
  type OutagePlace,
  whyTogether,
} from "./outage-words.ts";
import styles from "./care.module.css";

export type OutageView = OutagePlace &
  OutageCount & {
    id: string;
    /** The first of them. */
    others: IncidentView[];
  };

type Props = {
  outage: OutageView;
  /** The incident shown is open, and nobody has acknowledged it. */
  shownWaits: boolean;
  /** Left out for those who may only look. */
  handle?: (outageId: string, handling: Handling) => Promise<ActionResult>;
};

/** The other jobs that are in trouble for what looks like the same reason. */
export function OutagePanel({ outage, shownWaits, handle }: Props) {
  const { working, run } = useWork();
  const { id, total, others } = outage;
  const button = acknowledgeWords(outage, shownWaits);
  return (
    <Panel title={titleOf(outage)} note={openWords(outage)} flush>
      <p className={styles.bar}>
        <span className={styles.soft}>{whyTogether(outage, null)} People are told of them in one message.</span>
      </p>
      {button !== null && handle !== undefined && (
        <div className={styles.bar}>
          <Button
            variant="default"
            size="xs"
            loading={working}
            leftSection={<UserCheck size={13} aria-hidden />}
            onClick={() => run(() => handle(id, { kind: "acknowledge" }))}
          >
            {button}
          </Button>
        </div>
      )}
      <IncidentItems incidents={others} />
      {total - 1 > others.length && (
        <p className={styles.bar}>
          <span className={styles.soft}>… and {total - 1 - others.length} more.</span>
        </p>
      )}
    </Panel>
  );
}

function titleOf(outage: OutageView): string {
  const { total } = outage;
  return `One outage with ${total === 2 ? "another job" : `${total - 1} other jobs`}${ofMachine(outage)}`;
}
