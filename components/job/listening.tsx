"use client";

import { useState } from "react";
import type { PingAction } from "../../lib/domain/ping.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { useNow } from "../base/clock.tsx";
import { Glyph } from "../base/glyph.tsx";
import type { Shape } from "../base/shapes.tsx";
import { Ago } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import type { Tone } from "../base/status.ts";
import styles from "./job.module.css";

export type LastPing = { at: Instant; action: PingAction; source: string | null; userAgent: string | null };

const LOOK: Readonly<Record<PingAction, { shape: Shape; tone: Tone }>> = {
  start: { shape: "running", tone: "running" },
  success: { shape: "ok", tone: "ok" },
  fail: { shape: "failed", tone: "down" },
  log: { shape: "skipped", tone: "quiet" },
  skip: { shape: "skipped", tone: "quiet" },
};

/** Says that Belfry is listening already, and what came. */
export function Listening({ lastPing }: { lastPing: LastPing | null }) {
  const now = useNow();
  const [since] = useState(now);
  if (lastPing === null) {
    return (
      <p className={styles.listening} role="status">
        <span className={styles.pulse} aria-hidden="true" />
        Listening. Waiting for the first ping…
      </p>
    );
  }
  const cameWhileWatching = lastPing.at > since;
  return (
    <p className={styles.listening} role="status">
      <Glyph {...LOOK[lastPing.action]} />
      <span>
        {cameWhileWatching ? (
          `Received after ${lengthText(lastPing.at - since)}`
        ) : (
          <>
            Last ping <Ago at={lastPing.at} suffix />
          </>
        )}
        {lastPing.action === "success" ? "" : ` (${lastPing.action})`}
        <From ping={lastPing} />
      </span>
    </p>
  );
}

function From({ ping }: { ping: LastPing }) {
  const program = ping.userAgent?.split(/[\s/]/)[0] ?? "";
  return (
    <>
      {ping.source !== null && (
        <>
          {" "}
          from <Said text={ping.source} />
        </>
      )}
      {program !== "" && (
        <>
          {" "}
          (<Said text={program} />)
        </>
      )}
    </>
  );
}
