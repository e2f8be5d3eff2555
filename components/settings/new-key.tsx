"use client";

import { Button, Select } from "@mantine/core";
import { useState, useTransition } from "react";
import { CopyLine } from "../base/copy-line.tsx";
import { Note } from "../base/note.tsx";
import styles from "./settings.module.css";

export type NewKeyAnswer = { key: string } | { failed: string };

const SCOPES = [
  { value: "read", label: "Read: see jobs, runs and incidents" },
  { value: "write", label: "Write: change jobs too" },
];

/** Makes an API key, which is shown this once. */
export function NewKey({ make }: { make: (scope: string) => Promise<NewKeyAnswer> }) {
  const [scope, setScope] = useState("read");
  const [answer, setAnswer] = useState<NewKeyAnswer | null>(null);
  const [working, start] = useTransition();
  return (
    <div className={styles.stack}>
      <div className={styles.line}>
        <Select
          label="What it may do"
          data={SCOPES}
          value={scope}
          onChange={(next) => setScope(next ?? "read")}
          allowDeselect={false}
          className={styles.grow}
        />
        <Button variant="default" loading={working} onClick={() => start(async () => setAnswer(await make(scope)))}>
          Make a key
        </Button>
      </div>
      {answer !== null && "key" in answer && (
        <Note tone="ok" role="status">
          <p>Copy it now: it is kept as a hash only and cannot be shown again.</p>
          <CopyLine text={answer.key} label="The new key" />
        </Note>
      )}
      {answer !== null && "failed" in answer && (
        <Note tone="down" role="alert">
          <p>{answer.failed}</p>
        </Note>
      )}
    </div>
  );
}
