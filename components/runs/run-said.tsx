import { Said } from "../base/said.tsx";
import styles from "./output-pane.module.css";

/** What a run's ping said beside its body. */
export function RunSaid({ text }: { text: string }) {
  return (
    <p className={styles.said}>
      It said: “<Said text={text} />
      ”.
    </p>
  );
}
