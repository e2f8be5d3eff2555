import type { ReactNode } from "react";
import { Logo } from "../shell/logo.tsx";
import styles from "./door.module.css";

/** The frame of the pages before one is in. */
export function Door({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className={styles.door} id="content">
      <p className={styles.brand}>
        <Logo size={28} />
        Belfry
      </p>
      <div className={styles.card}>
        <div>
          <h1 className={styles.title}>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
