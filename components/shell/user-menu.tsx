"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { CircleUserRound, LogOut, Server } from "lucide-react";
import Link from "next/link";
import { useTransition } from "react";
import { Said } from "../base/said.tsx";

type Props = { person: { email: string; operator: boolean }; signOut: () => Promise<void> };

export function UserMenu({ person, signOut }: Props) {
  const [pending, start] = useTransition();
  return (
    <Menu position="bottom-end" shadow="md" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Your account" loading={pending}>
          <CircleUserRound size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Said text={person.email} />
        </Menu.Label>
        {person.operator && (
          <Menu.Item component={Link} href="/system" leftSection={<Server size={15} aria-hidden />}>
            This installation
          </Menu.Item>
        )}
        <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => start(signOut)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
