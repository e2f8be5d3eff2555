"use client";

import { UnstyledButton } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import styles from "./copy-line.module.css";

/** One line to copy, in monospace, with a button that says whether it worked. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  const line = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);

  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <div className={styles.line}>
      <pre className={styles.text} ref={line} tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
      <UnstyledButton
        className={styles.button}
        aria-label={`Copy: ${label}`}
        onClick={() => copy(text, line.current).then(setCopied)}
      >
        {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        <span aria-live="polite">{copied === null ? "Copy" : copied ? "Copied" : "Press ⌘/Ctrl C"}</span>
      </UnstyledButton>
    </div>
  );
}

// Pages over plain http on another host have no clipboard: then the line is selected, and copied the old way where that works.
async function copy(text: string, line: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (line === null) return false;
    window.getSelection()?.selectAllChildren(line);
    return document.execCommand("copy");
  }
}
