"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { Ellipsis, Pencil, Power, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import type { ActionResult } from "./form-state.ts";
import { visibleText } from "./visible-text.ts";
import { useWork } from "./work.ts";

type Props = {
  name: string;
  /** What it is, in a word. */
  noun: string;
  enabled: boolean;
  onEdit: () => void;
  setEnabled: (enabled: boolean) => Promise<ActionResult>;
  remove: () => Promise<ActionResult>;
  /** What deleting it brings about. */
  children: ReactNode;
};

/** What can be done about a thing of a list: change it, switch it off or on, and delete it after a question. */
export function ItemMenu({ name, noun, enabled, onEdit, setEnabled, remove, children }: Props) {
  const { working, run } = useWork();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={`More for ${visibleText(name)}`} loading={working}>
            <Ellipsis size={15} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={onEdit}>
            Change…
          </Menu.Item>
          <Menu.Item leftSection={<Power size={14} aria-hidden />} onClick={() => run(() => setEnabled(!enabled))}>
            {enabled ? "Switch off" : "Switch on"}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking}
        title={`Delete ${visibleText(name)}?`}
        verb={`Delete the ${noun}`}
        onClose={() => setAsking(false)}
        onConfirm={() => run(remove)}
      >
        {children}
      </ConfirmDialog>
    </>
  );
}
