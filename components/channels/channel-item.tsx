"use client";

import { Button, Modal } from "@mantine/core";
import { Send } from "lucide-react";
import { useState, useTransition } from "react";
import { rulesInWords } from "../../lib/domain/alerting/channel-rules-words.ts";
import type { ActionResult, FormAnswer } from "../base/form-state.ts";
import { ItemMenu } from "../base/item-menu.tsx";
import { Said } from "../base/said.tsx";
import { visibleText } from "../base/visible-text.ts";
import { ChannelCondition } from "./channel-condition.tsx";
import { ChannelEdit, type ChannelEditValues } from "./channel-edit.tsx";
import type { ChannelView, FieldView, ProjectChoice, SettingsView, TestAnswer } from "./channel-view.ts";
import styles from "./channels.module.css";
import { KindIcon } from "./kind-icon.tsx";
import { TestResult } from "./test-result.tsx";

type Props = {
  channel: ChannelView;
  mayTest: boolean;
  mayChange: boolean;
  /** What its kind asks for; empty where this installation cannot use it. */
  fields: readonly FieldView[];
  settings: SettingsView;
  zones: string[];
  /** Other projects that whoever looks may let it serve. */
  projects: readonly ProjectChoice[];
  test: (channelId: string) => Promise<TestAnswer>;
  setEnabled: (channelId: string, enabled: boolean) => Promise<ActionResult>;
  save: (channelId: string, values: ChannelEditValues) => Promise<FormAnswer<ChannelEditValues>>;
  remove: (channelId: string) => Promise<ActionResult>;
};

/** A channel with what it takes, how it fares, and what can be done about it. */
export function ChannelItem({ channel, mayTest, mayChange, test, setEnabled, remove, ...edit }: Props) {
  const [testing, startTest] = useTransition();
  const [answer, setAnswer] = useState<TestAnswer | null>(null);
  const [editing, setEditing] = useState(false);

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
        {Object.keys(channel.rules).length > 0 && (
          <p className={styles.soft}>
            <Said text={rulesInWords(channel.rules)} />
          </p>
        )}
        {channel.projects.length > 0 && (
          <p className={styles.soft}>
            Also serves <Said text={channel.projects.map(({ name }) => name).join(", ")} />.
          </p>
        )}
        <ChannelCondition channel={channel} />
      </div>
      <div className={styles.buttons}>
        {mayTest && (
          <Button
            variant="default"
            size="xs"
            loading={testing}
            leftSection={<Send size={13} aria-hidden />}
            onClick={() => startTest(async () => setAnswer(await test(channel.id)))}
          >
            Send a test
          </Button>
        )}
        {mayChange && (
          <ItemMenu
            name={channel.name}
            noun="channel"
            enabled={channel.enabled}
            onEdit={() => setEditing(true)}
            setEnabled={(enabled) => setEnabled(channel.id, enabled)}
            remove={() => remove(channel.id)}
          >
            Alerts that still wait for it are dropped, and jobs that used only this channel tell nobody any more
            {channel.projects.length > 0 && ", those of the other projects that it serves among them"}.
          </ItemMenu>
        )}
      </div>
      {answer !== null && (
        <div className={styles.result}>
          <TestResult answer={answer} />
        </div>
      )}
      <Modal opened={editing} onClose={() => setEditing(false)} title={`Change ${visibleText(channel.name)}`} size="lg">
        <ChannelEdit channel={channel} {...edit} onClose={() => setEditing(false)} />
      </Modal>
    </li>
  );
}
