"use client";

import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { type Ref, useEffect, useState } from "react";
import styles from "./jobs.module.css";

type Props = {
  ref: Ref<HTMLInputElement>;
  value: string;
  onChange: (text: string) => void;
  /** Enter: leave for the first row. */
  onEnter: () => void;
};

/** The search of the list. What one types shows at once; the address follows. */
export function SearchField({ ref, value, onChange, onEnter }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);

  const change = (next: string) => {
    setText(next);
    onChange(next);
  };

  return (
    <TextInput
      ref={ref}
      className={styles.search}
      type="search"
      aria-label="Search jobs by name, slug, tag or schedule"
      placeholder="Search, or state:late, tag:backup"
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onEnter();
        if (event.key === "Escape") {
          change("");
          event.currentTarget.blur();
        }
      }}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        text === "" ? (
          <Kbd size="xs" className={styles.searchKey} aria-hidden>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change("")} />
        )
      }
    />
  );
}
