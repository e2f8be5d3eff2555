"use client";

import { ActionIcon, Kbd, Modal, Switch } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Keyboard } from "lucide-react";
import { useRouter } from "next/navigation";
import { Legend } from "./legend.tsx";
import styles from "./shell.module.css";
import { useShortcuts, useShortcutsOn } from "./shortcuts.ts";

const KEYS: readonly { keys: string[]; does: string }[] = [
  { keys: ["/"], does: "Search the jobs" },
  { keys: ["j", "k"], does: "Next and previous row" },
  { keys: ["Enter"], does: "Open it" },
  { keys: ["n"], does: "New job" },
  { keys: ["a"], does: "Acknowledge the incident" },
  { keys: ["s"], does: "Snooze it" },
  { keys: ["m"], does: "Mute it" },
  { keys: ["x"], does: "Choose it in the list" },
  { keys: ["g j"], does: "Go to the jobs" },
  { keys: ["g i"], does: "Go to the incidents" },
  { keys: ["g c"], does: "Go to the channels" },
  { keys: ["?"], does: "This help" },
];

/** The keys that work everywhere, and a page that lists all of them with what the signs mean. */
export function Help() {
  const [opened, { open, close }] = useDisclosure(false);
  const [on, setOn] = useShortcutsOn();
  const router = useRouter();
  useShortcuts({
    "?": open,
    "g j": () => router.push("/jobs"),
    "g i": () => router.push("/incidents"),
    "g c": () => router.push("/channels"),
  });

  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={open}
        aria-label="Keys and signs"
        className={styles.wide}
      >
        <Keyboard size={18} aria-hidden />
      </ActionIcon>
      <Modal opened={opened} onClose={close} title="Keys and signs" size="lg">
        <div className={styles.help}>
          <div>
            <dl className={styles.keys}>
              {KEYS.map(({ keys, does }) => (
                <div key={does} className={styles.keyRow}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
            <Switch
              mt="md"
              label="Single-key shortcuts"
              checked={on}
              onChange={(event) => setOn(event.currentTarget.checked)}
            />
          </div>
          <Legend />
        </div>
      </Modal>
    </>
  );
}
