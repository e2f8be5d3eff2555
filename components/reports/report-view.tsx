import Link from "next/link";
import type { ReportContent, ReportLine, ReportSection } from "../../lib/domain/reports/report-content.ts";
import { Panel } from "../base/panel.tsx";
import styles from "./reports.module.css";

/** A report as its mail has it, on a page. */
export function ReportView({ content, baseUrl }: { content: ReportContent; baseUrl: string }) {
  const [first, ...others] = content.lead;
  return (
    <>
      <Panel title={content.title} note={content.days}>
        <div className={styles.lead}>
          <p className={styles.first}>{first}</p>
          {others.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      </Panel>
      {content.sections.map((section) => (
        <Section key={section.title} section={section} baseUrl={baseUrl} />
      ))}
    </>
  );
}

function Section({ section: { title, note, lines, more }, baseUrl }: { section: ReportSection; baseUrl: string }) {
  return (
    <Panel title={title} flush>
      <p className={styles.note}>{note}</p>
      <ul className={styles.list}>
        {lines.map((line) => (
          <li key={`${line.url} ${line.text}`} className={styles.item}>
            <span className={styles.name}>
              <Name line={line} baseUrl={baseUrl} />
            </span>
            <span className={styles.detail}>
              {line.detail}
              {line.action !== null && (
                <>
                  {" "}
                  <Link href={line.action.url.slice(baseUrl.length)}>{line.action.label}</Link>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={styles.more}>… and {more} more.</p>}
    </Panel>
  );
}

/** Mails need whole addresses; here they are ours. */
function Name({ line: { text, url }, baseUrl }: { line: ReportLine; baseUrl: string }) {
  return url === null ? text : <Link href={url.slice(baseUrl.length)}>{text}</Link>;
}
