import styles from "./environment-badge.module.css";
import { Said } from "./said.tsx";

/** Where a job runs, when that is not production. */
export function EnvironmentBadge({ environment }: { environment: string }) {
  return (
    <span className={styles.badge} title={`Environment: ${environment}`}>
      <Said text={environment} />
    </span>
  );
}
