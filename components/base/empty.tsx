import type { ReactNode } from "react";
import styles from "./layout.module.css";

type Props = {
  title: string;
  /** `h1` where it is all there is on the page. */
  titleAs?: "h1" | "p";
  children: ReactNode;
  action?: ReactNode;
};

/** What an empty place says: what would be here, and how to get it. */
export function Empty({ title, titleAs: Title = "p", children, action }: Props) {
  return (
    <div className={styles.empty}>
      <Title className={styles.emptyTitle}>{title}</Title>
      <div className={styles.emptyText}>{children}</div>
      {action}
    </div>
  );
}
