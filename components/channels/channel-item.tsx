"use client";

import { ActionIcon, Button, Menu, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Ellipsis, Pencil, Power, Send, Trash2 } from "lucide-react";
import { useState, useTransition } from "react";
import { rulesInWords } from "../../lib/domain/alerting/channel-rules-words.ts";
import { ConfirmDialog } from "../base/confirm-dialog.tsx";
import type { ActionResult, FormState } from "../base/form-state.ts";
import { Said } from "../base/said.tsx";
import { visibleText } from "../base/visible-text.ts";
import { ChannelCondition } from "./channel-condition.tsx";
import { ChannelEdit, type ChannelEditValues } from "./channel-edit.tsx";
import type { ChannelView, ProjectChoice, TestAnswer } from "./channel-view.ts";
import styles from "./channels.module.css";
import { KindIcon } from "./kind-icon.tsx";
import { TestResult } from "./test-result.tsx";

type Props = {
  channel: ChannelView;
  mayTest: boolean;
  mayChange: boolean;
  zones: string[];
  /** Other projects that whoever looks may let it serve. */
  projects: readonly ProjectChoice[];
  test: (channelId: string) => Promise<TestAnswer>;
  setEnabled: (channelId: string, enabled: boolean) => Promise<ActionResult>;
  save: (channelId: string, values: ChannelEditValues) => Promise<FormState<ChannelEditValues> | null>;
  remove: (channelId: string) => Promise<ActionResult>;
};

/** A channel with what it takes, how it fares, and what can be done about it. */
export function ChannelItem({ channel, mayTest, mayChange, zones, projects, test, setEnabled, save, remove }: Props) {
  const [testing, startTest] = useTransition();
  const [working, start] = useTransition();
  const [answer, setAnswer] = useState<TestAnswer | null>(null);
  const [asking, setAsking] = useState(false);
  const [editing, setEditing] = useState(false);
  const run = (work: () => Promise<ActionResult>) =>
    start(async () => {
      const result = await work();
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });

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
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <ActionIcon
                variant="default"
                size={30}
                aria-label={`More for ${visibleText(channel.name)}`}
                loading={working}
              >
                <Ellipsis size={15} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => setEditing(true)}>
                Change…
              </Menu.Item>
              <Menu.Item
                leftSection={<Power size={14} aria-hidden />}
                onClick={() => run(() => setEnabled(channel.id, !channel.enabled))}
              >
                {channel.enabled ? "Switch off" : "Switch on"}
              </Menu.Item>
              <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
                Delete…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {answer !== null && (
        <div className={styles.result}>
          <TestResult answer={answer} />
        </div>
      )}
      <Modal opened={editing} onClose={() => setEditing(false)} title={`Change ${visibleText(channel.name)}`} size="lg">
        <ChannelEdit
          channel={channel}
          zones={zones}
          projects={projects}
          save={save}
          onClose={() => setEditing(false)}
        />
      </Modal>
      <ConfirmDialog
        opened={asking}
        title={`Delete ${visibleText(channel.name)}?`}
        verb="Delete the channel"
        onClose={() => setAsking(false)}
        onConfirm={() => run(() => remove(channel.id))}
      >
        Alerts that still wait for it are dropped, and jobs that used only this channel tell nobody any more
        {channel.projects.length > 0 && ", those of the other projects that it serves among them"}.
      </ConfirmDialog>
    </li>
  );
}
