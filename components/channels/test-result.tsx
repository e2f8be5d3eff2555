import { lengthText } from "../base/ago.ts";
import { Note } from "../base/note.tsx";
import { visibleLines } from "../base/visible-text.ts";
import type { TestAnswer } from "./channel-view.ts";
import styles from "./channels.module.css";

/** What the receiver answered to a test, in its own words. */
export function TestResult({ answer }: { answer: TestAnswer }) {
  if ("failed" in answer) {
    return (
      <Note tone="down" role="alert">
        <p>{answer.failed}</p>
      </Note>
    );
  }
  const status = answer.status === null ? "" : ` ${answer.status}`;
  return (
    <Note tone={answer.ok ? "ok" : "down"} role={answer.ok ? "status" : "alert"}>
      <p>
        <b>{answer.ok ? "The receiver took it" : "The receiver refused it"}</b> in {lengthText(answer.tookMs)}. It
        answered{status}:
      </p>
      <p className={styles.answer}>
        <code>{answer.answer === "" ? "(nothing)" : visibleLines(answer.answer)}</code>
      </p>
    </Note>
  );
}
