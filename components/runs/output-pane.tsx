import { Download } from "lucide-react";
import { Panel } from "../base/panel.tsx";
import { sizeText } from "../job/run-words.ts";
import { parseAnsi, type Span } from "./ansi.ts";
import styles from "./output-pane.module.css";

type Props = { text: string; kept: number; sent: number; truncated: boolean; downloadHref: string };

/** Beyond this many lines the first ones are left to the download: the end is what tells why. */
const MOST_LINES = 3_000;

/** What a run printed, as a terminal would show it. */
export function OutputPane({ text, kept, sent, truncated, downloadHref }: Props) {
  const all = parseAnsi(text);
  if (all.at(-1)?.length === 0) all.pop();
  const hidden = Math.max(0, all.length - MOST_LINES);
  const lines = all.slice(hidden).map((spans, index) => ({ number: hidden + index + 1, spans: placed(spans) }));
  return (
    <Panel
      title="Output"
      anchor="output"
      note={
        <span className={styles.note}>
          {truncated ? `first ${sizeText(kept)} of ${sizeText(sent)}` : sizeText(kept)}
          <a href={downloadHref} download className={styles.download}>
            <Download size={13} aria-hidden /> Download
          </a>
        </span>
      }
      flush
    >
      {hidden > 0 && <p className={styles.cut}>The first {hidden} lines are left out here; the download has them.</p>}
      <pre className={styles.pane} tabIndex={0} role="group" aria-label="Output of the run">
        {lines.map(({ number, spans }) => (
          <bdi key={number} dir="ltr" className={styles.line} data-line={number}>
            {spans.map(({ column, ...span }) => (
              <span
                key={column}
                className={[
                  span.colour === null ? "" : styles[span.colour],
                  span.bold ? styles.bold : "",
                  span.dim ? styles.dim : "",
                ]
                  .filter(Boolean)
                  .join(" ")}
              >
                {span.text}
              </span>
            ))}
            {"\n"}
          </bdi>
        ))}
      </pre>
    </Panel>
  );
}

/** Each with the column at which it begins. */
function placed(spans: readonly Span[]): (Span & { column: number })[] {
  let end = 0;
  return spans.map((span) => {
    const column = end;
    end += span.text.length;
    return { ...span, column };
  });
}
