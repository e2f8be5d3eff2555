import Link from "next/link";
import { Help } from "./help.tsx";
import { Logo } from "./logo.tsx";
import { NavLinks } from "./nav-links.tsx";
import { type ProjectChoice, ProjectMenu } from "./project-menu.tsx";
import styles from "./shell.module.css";
import { ThemeMenu } from "./theme-menu.tsx";
import { UserMenu } from "./user-menu.tsx";

type Props = {
  projects: ProjectChoice[];
  projectId: string | null;
  openIncidents: number;
  person: { email: string; operator: boolean };
  chooseProject: (projectId: string) => Promise<void>;
  signOut: () => Promise<void>;
};

export function TopBar({ projects, projectId, openIncidents, person, chooseProject, signOut }: Props) {
  return (
    <header className={styles.bar}>
      <a href="#content" className={styles.skip}>
        Skip to the content
      </a>
      <div className={styles.barInner}>
        <Link href="/jobs" className={styles.brand} prefetch={false}>
          <Logo />
          <span className={styles.brandName}>Belfry</span>
        </Link>
        <ProjectMenu projects={projects} projectId={projectId} choose={chooseProject} />
        <NavLinks openIncidents={openIncidents} />
        <div className={styles.tools}>
          <Help />
          <ThemeMenu />
          <UserMenu person={person} signOut={signOut} />
        </div>
      </div>
    </header>
  );
}
