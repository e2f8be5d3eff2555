import { type ReactNode, useId } from "react";
import styles from "./layout.module.css";

type Props = {
  title: ReactNode;
  note?: ReactNode;
  /** What links to it name after the "#". */
  anchor?: string;
  /** The content reaches the edges, as tables do. */
  flush?: boolean;
  children: ReactNode;
};

/** A titled surface; a landmark named by its title. */
export function Panel({ title, note, anchor, flush = false, children }: Props) {
  const id = useId();
  return (
    <section className={styles.panel} id={anchor} aria-labelledby={id}>
      <div className={styles.panelHead}>
        <h2 className={styles.panelTitle} id={id}>
          {title}
        </h2>
        {note !== undefined && <div className={styles.panelNote}>{note}</div>}
      </div>
      <div className={flush ? styles.flush : styles.panelBody}>{children}</div>
    </section>
  );
}
