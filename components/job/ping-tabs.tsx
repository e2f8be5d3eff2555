"use client";

import { Tabs } from "@mantine/core";
import { CopyLine } from "../base/copy-line.tsx";
import type { PingLine } from "./ping-lines.ts";
import styles from "./job.module.css";

/** The ways to ping, each with its line to copy. */
export function PingTabs({ lines }: { lines: PingLine[] }) {
  return (
    <Tabs defaultValue="0" variant="outline" color="gray">
      <Tabs.List aria-label="Ways to ping" mb="sm">
        {lines.map(({ name }, index) => (
          <Tabs.Tab key={name} value={`${index}`}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {lines.map(({ name, line, hint }, index) => (
        <Tabs.Panel key={name} value={`${index}`}>
          <CopyLine text={line} label={name} />
          <p className={styles.hint}>{hint}</p>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
