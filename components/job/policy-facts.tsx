import type { PingPolicy } from "../../lib/domain/ping-policy.ts";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import { placesText } from "../jobs/policy-words.ts";
import styles from "./job.module.css";

/** How a job's pings are read, where not just by their address. */
export function PolicyFacts({ policy }: { policy: PingPolicy | null }) {
  if (policy === null) return null;
  const { methods, manualResume, failureWords, successWords, startWords, places, otherwise } = policy;
  const lists = [
    { label: "Failure", words: failureWords },
    { label: "Success", words: successWords },
    { label: "Start", words: startWords },
  ].filter(({ words }) => words.length > 0);
  return (
    <Panel title="How pings are read">
      <dl className={styles.facts}>
        {methods === "post" && (
          <>
            <dt>Requests</dt>
            <dd>only POST counts</dd>
          </>
        )}
        {lists.map(({ label, words }) => (
          <Words key={label} label={label} words={words} />
        ))}
        {lists.length > 0 && (
          <>
            <dt>Looked for in</dt>
            <dd>{placesText(places)}</dd>
            <dt>None found</dt>
            <dd>{otherwise === "fail" ? "is a failure" : "changes nothing"}</dd>
          </>
        )}
        {manualResume && (
          <>
            <dt>Pauses</dt>
            <dd>last until a person ends them</dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

function Words({ label, words }: { label: string; words: readonly string[] }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {words.map((word, index) => (
          <span key={word}>
            {index > 0 && " or "}“<Said text={word} />”
          </span>
        ))}
      </dd>
    </>
  );
}
