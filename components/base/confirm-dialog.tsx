"use client";

import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import layout from "./layout.module.css";

type Props = {
  opened: boolean;
  title: string;
  /** What the button does, in words. */
  verb: string;
  children: ReactNode;
  onClose: () => void;
  onConfirm: () => void;
};

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function ConfirmDialog({ opened, title, verb, children, onClose, onConfirm }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <p style={{ marginBottom: 16 }}>{children}</p>
      <div className={layout.actions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button
          color="red"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {verb}
        </Button>
      </div>
    </Modal>
  );
}
