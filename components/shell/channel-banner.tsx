import Link from "next/link";
import type { Instant } from "../../lib/domain/time.ts";
import { counted } from "../base/counted.ts";
import { Glyph } from "../base/glyph.tsx";
import { Ago } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import tones from "../base/tone.module.css";
import styles from "./channel-banner.module.css";

/** A channel that is switched on and does not work. */
export type ChannelTroubleView = {
  channelId: string;
  name: string;
  /** Why this installation cannot deliver over it, with what to do; null where it can. */
  unable: string | null;
  /** Its receiver refused for good then; null: it fails for the time being. */
  brokenAt: Instant | null;
  brokenReason: string | null;
  lastAnswer: string | null;
  /** Alerts that wait for a further attempt, and since when the first of them does. */
  waiting: number;
  waitingSince: Instant | null;
};

const MOST_SHOWN = 3;
/** The whole of it stands on the channels' page. */
const LONGEST_REASON = 140;

/** Says on every page over which channels nobody is told just now. */
export function ChannelBanner({ troubles }: { troubles: ChannelTroubleView[] }) {
  if (troubles.length === 0) return null;
  const shown = troubles.slice(0, MOST_SHOWN);
  const more = troubles.length - shown.length;
  return (
    <aside className={styles.banner} aria-label="Channels that do not work">
      <ul className={styles.lines}>
        {shown.map((trouble, index) => {
          const tone = trouble.brokenAt === null && trouble.unable === null ? "late" : "down";
          return (
            <li key={trouble.channelId} className={`${styles.line} ${tones[tone]}`}>
              <Glyph shape={tone === "late" ? "late" : "failed"} tone={tone} size={16} />
              <span>
                <TroubleWords trouble={trouble} />
                {index === shown.length - 1 && (
                  <>
                    {more > 0 && `${counted(more, "more channel")}. `}
                    <Link href="/channels" className={styles.way}>
                      To the channels
                    </Link>
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

function Reason({ text }: { text: string | null }) {
  if (text === null) return ". ";
  const shown = text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON)}…`;
  return (
    <>
      : <Said text={shown} />
      {/[.!?…]$/.test(shown) ? " " : ". "}
    </>
  );
}

function TroubleWords({ trouble }: { trouble: ChannelTroubleView }) {
  const { name, unable, brokenAt, brokenReason, lastAnswer, waiting, waitingSince } = trouble;
  const channel = (
    <>
      The channel{" "}
      <b>
        <Said text={name} />
      </b>
    </>
  );
  if (unable !== null) {
    return (
      <>
        {channel} cannot deliver: <Said text={unable} />{" "}
      </>
    );
  }
  if (brokenAt !== null) {
    return (
      <>
        {channel} has refused alerts for <Ago at={brokenAt} />
        <Reason text={brokenReason} />
      </>
    );
  }
  return (
    <>
      {channel} has taken nothing
      {waitingSince !== null && (
        <>
          {" "}
          for <Ago at={waitingSince} />
        </>
      )}
      <Reason text={lastAnswer} />
      {waiting > 0 &&
        `${counted(waiting, "alert")} ${waiting === 1 ? "waits for it and is" : "wait for it and are"} tried again. `}
    </>
  );
}
