import Link from "next/link";
import type { ReactNode } from "react";
import styles from "./layout.module.css";

type Crumb = { label: ReactNode; href: string };

/** A page's column. */
export function Page({ children, width = "normal" }: { children: ReactNode; width?: "narrow" | "normal" | "wide" }) {
  const extra = width === "narrow" ? styles.narrow : width === "wide" ? styles.wide : "";
  return <div className={`${styles.page} ${extra}`}>{children}</div>;
}

export function PageHeader(props: { title: ReactNode; lead?: ReactNode; crumbs?: Crumb[]; actions?: ReactNode }) {
  const { title, lead, crumbs = [], actions } = props;
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        {crumbs.length > 0 && (
          <nav aria-label="Where you are" className={styles.crumbs}>
            {crumbs.map((crumb, index) => (
              <span key={crumb.href}>
                {index > 0 && " / "}
                <Link href={crumb.href}>{crumb.label}</Link>
              </span>
            ))}
          </nav>
        )}
        <h1 className={styles.title}>{title}</h1>
        {lead !== undefined && <div className={styles.lead}>{lead}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
