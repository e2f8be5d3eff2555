import styles from "./shell.module.css";
import type { LiveState } from "./use-live.ts";

/** Says that the page changes by itself, or that it does not at the moment. */
export function LiveBadge({ state }: { state: LiveState }) {
  const lost = state === "lost";
  return (
    <span className={`${styles.live} ${lost ? styles.liveLost : ""}`} role="status" data-live={state}>
      <span className={styles.liveDot} aria-hidden="true" />
      {lost ? "Reconnecting…" : "Live"}
    </span>
  );
}
