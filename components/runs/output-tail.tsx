import Link from "next/link";
import { looksLikeError, type OutputExcerpt } from "../../lib/domain/message-output.ts";
import styles from "./output-pane.module.css";

type Props = {
  excerpt: OutputExcerpt;
  /** Of the page with the whole output. */
  href: string;
};

/** The end of what a run printed, with the error lines before it that it does not hold itself. */
export function OutputTail({ excerpt: { errors, tail, omitted }, href }: Props) {
  const shown = new Set(tail.map((line) => line.trim()));
  const earlier = errors.filter((line) => !shown.has(line));
  return (
    <div className={styles.tail}>
      <p className={styles.tailHead}>
        <span>{omitted > 0 ? "The end of its output" : "Its output"}</span>
        <Link href={href}>The whole output</Link>
      </p>
      <pre className={styles.tailLines} tabIndex={0} role="group" aria-label="End of the output">
        <Lines lines={earlier} />
        {omitted > 0 && <span className={styles.gap}>…{"\n"}</span>}
        <Lines lines={tail} />
      </pre>
    </div>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return numbered(lines).map(({ number, text }) => (
    <bdi key={number} dir="ltr" className={looksLikeError(text) ? styles.error : styles.plain}>
      {text}
      {"\n"}
    </bdi>
  ));
}

/** Of lines that read the same only the place tells which is which. */
function numbered(lines: readonly string[]): { number: number; text: string }[] {
  return lines.map((text, index) => ({ number: index + 1, text }));
}
