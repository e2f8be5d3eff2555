import type { Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Panel } from "../base/panel.tsx";
import styles from "../base/table.module.css";

export type FiguresView = {
  period: "24h" | "7d" | "30d" | "90d";
  runs: number;
  bad: number;
  successRate: number | null;
  medianMs: Millis | null;
  p95Ms: Millis | null;
  incidents: number;
};

const PERIOD_LABEL: Readonly<Record<FiguresView["period"], string>> = {
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
};

/** How it went over four stretches of time. */
export function Figures({ figures }: { figures: FiguresView[] }) {
  return (
    <Panel title="How it went" flush>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Figures">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Last</th>
              <th scope="col" className={styles.number}>
                Success
              </th>
              <th scope="col" className={styles.number}>
                Runs
              </th>
              <th scope="col" className={styles.number}>
                Bad
              </th>
              <th scope="col" className={styles.number}>
                Median
              </th>
              <th scope="col" className={styles.number}>
                95 % within
              </th>
              <th scope="col" className={styles.number}>
                Incidents
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.map((row) => (
              <tr key={row.period}>
                <th scope="row">{PERIOD_LABEL[row.period]}</th>
                <td className={styles.number}>{rateText(row.successRate)}</td>
                <td className={styles.number}>{row.runs}</td>
                <td className={`${styles.number} ${row.bad > 0 ? styles.bad : ""}`}>{row.bad}</td>
                <td className={styles.number}>{row.medianMs === null ? "–" : lengthText(row.medianMs)}</td>
                <td className={styles.number}>{row.p95Ms === null ? "–" : lengthText(row.p95Ms)}</td>
                <td className={styles.number}>{row.incidents}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** `100 %`, `99.7 %`; never rounded up to 100. */
export function rateText(rate: number | null): string {
  if (rate === null) return "–";
  if (rate === 1 || rate === 0) return `${rate * 100} %`;
  const percent = Math.floor(rate * 1_000) / 10;
  return `${percent.toFixed(percent >= 10 ? 1 : 2)} %`;
}
