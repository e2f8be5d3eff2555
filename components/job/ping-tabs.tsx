"use client";

import { Tabs } from "@mantine/core";
import { CopyLine } from "../base/copy-line.tsx";
import type { PingLine } from "./ping-lines.ts";
import styles from "./job.module.css";

/** The ways to ping, each with its line to copy. */
export function PingTabs({ lines }: { lines: PingLine[] }) {
  return (
    <Tabs defaultValue={lines[0]?.name ?? null} keepMounted={false} variant="outline" color="gray">
      <Tabs.List aria-label="Ways to ping" mb="sm">
        {lines.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {lines.map(({ name, line, hint }) => (
        <Tabs.Panel key={name} value={name}>
          <CopyLine text={line} label={name} />
          <p className={styles.hint}>{hint}</p>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
