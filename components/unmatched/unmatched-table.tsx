"use client";

import type { Instant } from "../../lib/domain/time.ts";
import type { UnmatchedReason } from "../../lib/domain/unmatched.ts";
import { ExactMoment, Moment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import { type Settle, SettleButtons } from "./settle-buttons.tsx";
import styles from "./unmatched.module.css";
import { wordsOf } from "./unmatched-words.ts";

export type UnmatchedView = {
  id: number;
  protocol: string;
  reason: UnmatchedReason;
  slug: string | null;
  environment: string | null;
  detail: string | null;
  schedule: string | null;
  method: string;
  path: string;
  source: string | null;
  userAgent: string | null;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  makesJob: boolean;
};

type Props = {
  pings: UnmatchedView[];
  note: string;
  /** What is said where there are none. */
  none: string;
  /** Left out for those who may only look. */
  settle?: Settle;
};

/** Pings that found no job, one row a mistake. */
export function UnmatchedTable({ pings, note, none, settle }: Props) {
  return (
    <Panel title="Pings that found no job" note={note} flush>
      {pings.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <div className={table.scroll} tabIndex={0} role="group" aria-label="Pings that found no job">
          <table className={`${table.table} ${table.cards} ${styles.table}`}>
            <thead>
              <tr>
                <th scope="col">What came</th>
                <th scope="col">Why, and what to do</th>
                <th scope="col" className={table.number}>
                  Times
                </th>
                <th scope="col">Latest</th>
                <th scope="col">Since</th>
                {settle !== undefined && (
                  <th scope="col">
                    <span className={styles.hidden}>Settle</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {pings.map((ping) => (
                <Row key={ping.id} ping={ping} settle={settle} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Row({ ping, settle }: { ping: UnmatchedView; settle: Settle | undefined }) {
  const { why, todo } = wordsOf(ping.reason, ping.slug);
  return (
    <tr>
      <td className={table.wrap}>
        <What ping={ping} />
      </td>
      <td className={table.wrap}>
        {why}
        {ping.detail !== null && (
          <>
            {" "}
            <Said text={ping.detail} />
          </>
        )}
        <span className={styles.sub}>{todo}</span>
      </td>
      <td className={table.number} data-label="Times">
        {ping.count.toLocaleString("en")}
      </td>
      <td data-label="Latest">
        <ExactMoment at={ping.lastAt} />
      </td>
      <td data-label="Since">
        <Moment at={ping.firstAt} />
      </td>
      {settle !== undefined && (
        <td>
          <SettleButtons ping={ping} settle={settle} />
        </td>
      )}
    </tr>
  );
}

function What({ ping }: { ping: UnmatchedView }) {
  const from = [ping.source, ping.userAgent].filter((text) => text !== null).join(", ");
  return (
    <>
      {ping.slug !== null && (
        <b className={styles.slug}>
          <Said text={ping.slug} />
          {ping.environment !== null && (
            <span className={table.soft}>
              {" "}
              in <Said text={ping.environment} />
            </span>
          )}
        </b>
      )}
      <code className={styles.address}>
        {ping.method} <Said text={ping.path} />
      </code>
      {ping.schedule !== null && (
        <span className={styles.sub}>
          asks for <Said text={ping.schedule} />
        </span>
      )}
      {from !== "" && (
        <span className={styles.sub}>
          from <Said text={from} />
        </span>
      )}
    </>
  );
}
