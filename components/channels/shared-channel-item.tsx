"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { ConfirmDialog } from "../base/confirm-dialog.tsx";
import type { ActionResult } from "../base/form-state.ts";
import { Said } from "../base/said.tsx";
import { visibleText } from "../base/visible-text.ts";
import { useWork } from "../base/work.ts";
import { ChannelCondition } from "./channel-condition.tsx";
import type { SharedChannelView } from "./channel-view.ts";
import styles from "./channels.module.css";
import { KindIcon } from "./kind-icon.tsx";

type Props = {
  channel: SharedChannelView;
  mayChange: boolean;
  stop: (channelId: string) => Promise<ActionResult>;
};

/** A channel of another project that tells this one's alerts too. */
export function SharedChannelItem({ channel, mayChange, stop }: Props) {
  const [asking, setAsking] = useState(false);
  const { working, run } = useWork();
  return (
    <li className={styles.item}>
      <span className={styles.icon}>
        <KindIcon kind={channel.kind} />
      </span>
      <div className={styles.what}>
        <p>
          <span className={styles.name}>
            <Said text={channel.name} />
          </span>{" "}
          <span className={styles.soft}>
            {channel.kindLabel}, <Said text={channel.summary} />
          </span>
        </p>
        <p className={styles.soft}>
          Of project <Said text={channel.ofProject} />, where it is changed and tested.
        </p>
        <ChannelCondition channel={channel} elsewhere />
      </div>
      <div className={styles.buttons}>
        {mayChange && (
          <Button variant="default" size="xs" loading={working} onClick={() => setAsking(true)}>
            Stop using it here
          </Button>
        )}
      </div>
      <ConfirmDialog
        opened={asking}
        title={`Stop using ${visibleText(channel.name)} here?`}
        verb="Stop using it here"
        onClose={() => setAsking(false)}
        onConfirm={() => run(() => stop(channel.id))}
      >
        This project&apos;s alerts that still wait for it are dropped, and jobs that used only this channel tell nobody
        any more. An admin of both projects can add it again.
      </ConfirmDialog>
    </li>
  );
}
