import { Glyph } from "../base/glyph.tsx";
import { Ago } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import tones from "../base/tone.module.css";
import type { ChannelConditionView } from "./channel-view.ts";
import styles from "./channels.module.css";

type Props = {
  channel: ChannelConditionView;
  /** Where it is tested and mended. */
  elsewhere?: boolean;
};

/** Whether a channel works, and why not. */
export function ChannelCondition({ channel, elsewhere = false }: Props) {
  if (!channel.enabled) {
    return (
      <p className={`${tones.label} ${tones.quiet}`}>
        <Glyph shape="paused" tone="quiet" size={14} />
        {channel.unsubscribedAt === null ? (
          "Switched off"
        ) : (
          <span>
            Switched off by a reader, who unsubscribed <Ago at={channel.unsubscribedAt} suffix />.
          </span>
        )}
      </p>
    );
  }
  if (channel.unable !== null) {
    return (
      <>
        <p className={`${tones.label} ${tones.down}`}>
          <Glyph shape="failed" tone="down" size={14} />
          Cannot deliver anything
        </p>
        <p className={styles.soft}>
          <Said text={channel.unable} />
        </p>
      </>
    );
  }
  if (channel.brokenAt !== null) {
    return (
      <>
        <p className={`${tones.label} ${tones.down} ${styles.wraps}`}>
          <Glyph shape="failed" tone="down" size={14} />
          <span>
            Refused for <Ago at={channel.brokenAt} />.{" "}
            {elsewhere ? "Its own project can mend it." : "A test that arrives mends it."}
          </span>
        </p>
        {channel.brokenReason !== null && (
          <p className={styles.soft}>
            It said: <Said text={channel.brokenReason} />
          </p>
        )}
      </>
    );
  }
  if (channel.failing !== null) {
    return (
      <>
        <p className={`${tones.label} ${tones.late} ${styles.wraps}`}>
          <Glyph shape="late" tone="late" size={14} />
          <span>Takes nothing at the moment. What waits for it is tried again.</span>
        </p>
        {channel.failing !== "" && (
          <p className={styles.soft}>
            It said: <Said text={channel.failing} />
          </p>
        )}
      </>
    );
  }
  return (
    <p className={styles.soft}>
      {channel.lastSentAt === null ? (
        "Nothing sent yet."
      ) : (
        <>
          Last used <Ago at={channel.lastSentAt} suffix />.
        </>
      )}
    </p>
  );
}
