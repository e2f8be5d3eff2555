"use client";

import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import type { Ref } from "react";
import styles from "./jobs.module.css";

type Props = {
  ref: Ref<HTMLInputElement>;
  value: string;
  onChange: (text: string) => void;
  /** Enter: leave for the first row. */
  onEnter: () => void;
};

/** The search of the list. */
export function SearchField({ ref, value, onChange, onEnter }: Props) {
  return (
    <TextInput
      ref={ref}
      className={styles.search}
      type="search"
      aria-label="Search jobs by name, slug, tag or schedule"
      placeholder="Search, or state:late, tag:backup"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onEnter();
        if (event.key === "Escape") {
          onChange("");
          event.currentTarget.blur();
        }
      }}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        value === "" ? (
          <Kbd size="xs" className={styles.searchKey} aria-hidden>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => onChange("")} />
        )
      }
    />
  );
}
