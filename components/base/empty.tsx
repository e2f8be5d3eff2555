import type { ReactNode } from "react";
import styles from "./layout.module.css";

/** What an empty place says: what would be here, and how to get it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      <div className={styles.emptyText}>{children}</div>
      {action}
    </div>
  );
}
