"use client";

import { Checkbox, Radio } from "@mantine/core";
import Link from "next/link";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import styles from "./job-form.module.css";
import type { ChannelChoice } from "./job-form-values.ts";

type Props = {
  channels: ChannelChoice[];
  /** Null: all of the project. */
  chosen: string[] | null;
  error: string | undefined;
  onChange: (chosen: string[] | null) => void;
};

/** Who is told: every channel of the project, or some. */
export function ChannelPicker({ channels, chosen, error, onChange }: Props) {
  return (
    <Panel title="Who is told">
      <div className={styles.fields}>
        <Radio.Group
          aria-label="Who is told"
          value={chosen === null ? "all" : "some"}
          error={error}
          onChange={(value) => onChange(value === "all" ? null : channels.map((channel) => channel.id))}
        >
          <div className={styles.radios}>
            <Radio value="all" label="Every channel of the project, later ones too" />
            <Radio value="some" label="Only these" disabled={channels.length === 0} />
          </div>
        </Radio.Group>
        {chosen !== null && (
          <Checkbox.Group value={chosen} onChange={onChange} aria-label="Channels">
            <div className={styles.checks}>
              {channels.map((channel) => (
                <Checkbox
                  key={channel.id}
                  value={channel.id}
                  label={
                    <>
                      <Said text={channel.name} />
                      {!channel.working && <span className={styles.hint}> (does not work at the moment)</span>}
                    </>
                  }
                />
              ))}
            </div>
          </Checkbox.Group>
        )}
        {channels.length === 0 && (
          <p className={styles.hint}>
            This project has no channel yet, so nobody would be told. <Link href="/channels">Add one</Link> any time:
            this job will use it.
          </p>
        )}
      </div>
    </Panel>
  );
}
