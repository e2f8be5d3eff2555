"use client";

import { Menu, UnstyledButton } from "@mantine/core";
import { Check, ChevronsUpDown, Plus } from "lucide-react";
import Link from "next/link";
import { useTransition } from "react";
import { Said } from "../base/said.tsx";
import styles from "./shell.module.css";

export type ProjectChoice = { id: string; name: string };

type Props = { projects: ProjectChoice[]; projectId: string | null; choose: (projectId: string) => Promise<void> };

/** Which project the pages are about. */
export function ProjectMenu({ projects, projectId, choose }: Props) {
  const [pending, start] = useTransition();
  const current = projects.find((project) => project.id === projectId);
  return (
    <Menu position="bottom-start" shadow="md" width={240}>
      <Menu.Target>
        <UnstyledButton
          className={styles.project}
          aria-label={`Project: ${current?.name ?? "none"}`}
          disabled={pending}
        >
          <span className={styles.projectName}>
            <Said text={current?.name ?? "No project"} />
          </span>
          <ChevronsUpDown size={13} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Projects</Menu.Label>
        {projects.map((project) => (
          <Menu.Item
            key={project.id}
            leftSection={<Check size={14} aria-hidden opacity={project.id === projectId ? 1 : 0} />}
            aria-current={project.id === projectId ? "true" : undefined}
            onClick={() => start(() => choose(project.id))}
          >
            <Said text={project.name} />
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} href="/projects/new" leftSection={<Plus size={14} aria-hidden />}>
          New project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
