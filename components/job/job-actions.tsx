"use client";

import { ActionIcon, Button, Menu } from "@mantine/core";
import { Ellipsis, Pause, Pencil, Play, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ConfirmDialog } from "../base/confirm-dialog.tsx";
import type { ActionResult } from "../base/form-state.ts";
import { visibleText } from "../base/visible-text.ts";
import { useWork } from "../base/work.ts";

type Verb = (jobId: string) => Promise<ActionResult>;

type Props = { jobId: string; name: string; paused: boolean; pause: Verb; resume: Verb; remove: Verb };

export function JobActions({ jobId, name, paused, pause, resume, remove }: Props) {
  const { working, run } = useWork();
  const [asking, setAsking] = useState(false);

  return (
    <>
      <Button
        variant="default"
        loading={working}
        leftSection={paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        onClick={() => run(() => (paused ? resume : pause)(jobId))}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <Button
        component={Link}
        href={`/jobs/${jobId}/edit`}
        variant="default"
        leftSection={<Pencil size={14} aria-hidden />}
      >
        Edit
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More">
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking}
        title={`Delete ${visibleText(name)}?`}
        verb="Delete the job"
        onClose={() => setAsking(false)}
        onConfirm={() => run(() => remove(jobId))}
      >
        Its runs, output and incidents go with it, and pings to its address are refused from then on. Whoever was told
        of an open incident hears that it is over. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}
