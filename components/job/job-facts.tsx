import type { Limits } from "../../lib/domain/job.ts";
import type { Reading } from "../../lib/domain/schedule/reading.ts";
import type { Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import { Occurrences } from "../jobs/occurrences.tsx";
import { ScheduleRemarks } from "../jobs/schedule-remarks.tsx";
import type { CodeView } from "./code-panel.tsx";
import styles from "./job.module.css";

type Props = {
  slug: string;
  tags: string[];
  description: string;
  limits: Limits;
  effectiveGraceMs: Millis | null;
  channels: { id: string; name: string; working: boolean }[];
  reading: Reading;
  paused: boolean;
  /** Null where no code has ever asked for anything. */
  followsCode: Pick<CodeView, "managedBy"> | null;
};

/** What was set for a job, beside what became of it. */
export function JobFacts(props: Props) {
  const { slug, tags, description, limits, effectiveGraceMs, channels, reading, paused, followsCode } = props;
  const coming = paused ? [] : reading.occurrences;
  return (
    <>
      {coming.length + reading.warnings.length > 0 && (
        <Panel title={coming.length > 0 ? "Next five" : "Schedule"} note={rulesText(reading)}>
          <Occurrences next={coming} timeZone={reading.timeZone} />
          <ScheduleRemarks reading={reading} />
        </Panel>
      )}
      <Panel title="Limits">
        <dl className={styles.facts}>
          <dt>Grace time</dt>
          <dd>{graceText(limits.graceMs, effectiveGraceMs)}</dd>
          <dt>Longest run</dt>
          <dd>{limits.maxRuntimeMs === null ? "no limit" : lengthText(limits.maxRuntimeMs)}</dd>
          {limits.minRuntimeMs !== null && (
            <>
              <dt>Shortest run</dt>
              <dd>{lengthText(limits.minRuntimeMs)}</dd>
            </>
          )}
          <dt>Told after</dt>
          <dd>{toldAfter(limits)}</dd>
          {limits.successesToClose > 1 && (
            <>
              <dt>Recovered after</dt>
              <dd>{limits.successesToClose} good runs in a row</dd>
            </>
          )}
          <dt>Overlaps</dt>
          <dd>{limits.overlap === "alert" ? "are warned of" : "are fine"}</dd>
          <dt>Unusual runs</dt>
          <dd>{limits.unusual === "alert" ? "are warned of" : "are only marked"}</dd>
          {limits.tooOften === "ignore" && (
            <>
              <dt>Too many runs</dt>
              <dd>are fine</dd>
            </>
          )}
        </dl>
      </Panel>
      <Panel title="About">
        <dl className={styles.facts}>
          <dt>Slug</dt>
          <dd>
            <code>{slug}</code>
          </dd>
          {followsCode?.managedBy === "code" && (
            <>
              <dt>Managed by</dt>
              <dd>its code</dd>
            </>
          )}
          {tags.length > 0 && (
            <>
              <dt>Tags</dt>
              <dd>
                {tags.map((tag, index) => (
                  <span key={tag}>
                    {index > 0 && ", "}
                    <Said text={tag} />
                  </span>
                ))}
              </dd>
            </>
          )}
          <dt>Told over</dt>
          <dd>
            {channels.length === 0
              ? "nothing"
              : channels.map((channel, index) => (
                  <span key={channel.id}>
                    {index > 0 && ", "}
                    <Said text={channel.name} />
                    {!channel.working && " (broken)"}
                  </span>
                ))}
          </dd>
          {description !== "" && (
            <>
              <dt>Notes</dt>
              <dd className={styles.notes}>
                <Said text={description} />
              </dd>
            </>
          )}
        </dl>
      </Panel>
    </>
  );
}

/** Whose rules a schedule goes by, and which clocks: "Debian's cron, Europe/Riga". */
function rulesText({ scheduler, guessed, timeZone }: Reading): string | null {
  const rules = scheduler === null || !guessed ? scheduler : `read as ${scheduler} would`;
  return [rules, timeZone].filter((part) => part !== null).join(", ") || null;
}

function toldAfter({ failuresToOpen, failureWindow }: Limits): string {
  if (failuresToOpen === 1) return "the first bad run";
  if (failureWindow === null) return `${failuresToOpen} bad runs in a row`;
  return `${failuresToOpen} bad runs among the last ${failureWindow}`;
}

function graceText(set: Millis | null, effective: Millis | null): string {
  if (effective === null) return "no schedule, so none";
  return set === null ? `${lengthText(effective)} (by default)` : lengthText(effective);
}
