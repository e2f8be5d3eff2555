"use client";

import { BellOff, Clock, UserCheck } from "lucide-react";
import type { ReactNode } from "react";
import { type Instant, SECOND } from "../../lib/domain/time.ts";
import { useNow } from "../base/clock.tsx";
import { Ago, Moment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import type { Tone } from "../base/status.ts";
import tones from "../base/tone.module.css";
import styles from "./care.module.css";

/** What people have done about an incident. */
export type CareView = {
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
  snoozedUntil: Instant | null;
  snoozedUntilSuccess: boolean;
  mutedAt: Instant | null;
};

/** Whether it is quiet just now because somebody asked for it. */
export function isSnoozed({ snoozedUntil, snoozedUntilSuccess }: CareView, now: Instant): boolean {
  return snoozedUntilSuccess || (snoozedUntil ?? 0) > now;
}

/** What people have done about an open incident, in short marks; nothing where nobody did. */
export function CareLine({ care, long = false }: { care: CareView; long?: boolean }) {
  const now = useNow(30 * SECOND);
  const { acknowledgedAt, acknowledgedBy, snoozedUntil, snoozedUntilSuccess, mutedAt } = care;
  const marks: ReactNode[] = [];
  if (acknowledgedAt !== null) {
    marks.push(
      <Mark key="acknowledged" icon={<UserCheck size={14} aria-hidden />}>
        Acknowledged by <Said text={acknowledgedBy ?? "somebody"} />
        {long && (
          <>
            {" "}
            <Ago at={acknowledgedAt} suffix />
          </>
        )}
      </Mark>,
    );
  }
  if (snoozedUntilSuccess || (snoozedUntil !== null && snoozedUntil > now)) {
    marks.push(
      <Mark key="snoozed" icon={<Clock size={14} aria-hidden />}>
        Snoozed until {snoozedUntil === null ? "the next success" : <Moment at={snoozedUntil} />}
      </Mark>,
    );
  }
  if (mutedAt !== null) {
    marks.push(
      <Mark key="muted" icon={<BellOff size={14} aria-hidden />}>
        Muted
        {long && (
          <>
            {" "}
            <Ago at={mutedAt} suffix />
          </>
        )}
      </Mark>,
    );
  }
  return marks.length === 0 ? null : <span className={styles.marks}>{marks}</span>;
}

type MarkProps = {
  icon: ReactNode;
  /** Left out where it is nothing to worry about. */
  tone?: Tone;
  children: ReactNode;
};

/** A few words about an incident with a sign before them. */
export function Mark({ icon, tone, children }: MarkProps) {
  return (
    <span className={tone === undefined ? styles.mark : `${styles.toned} ${tones[tone]}`}>
      {icon}
      <span>{children}</span>
    </span>
  );
}
