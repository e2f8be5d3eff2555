import { SECOND, type Instant, type Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { counted } from "../base/counted.ts";
import { Ago, ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import table from "../base/table.module.css";
import styles from "../job/job.module.css";

export type SystemView = {
  versions: { belfry: string; node: string; postgres: string };
  timeZones: {
    system: string | null;
    shipped: string;
    engine: string;
    used: { source: keyof typeof ZONE_SOURCES; version: string };
    hints: string[];
  };
  processes: { processId: string; host: string; pid: number; roles: string[]; startedAt: Instant; beatAt: Instant }[];
  gaps: { from: Instant; to: Instant }[];
  counts: {
    projects: number;
    jobs: number;
    users: number;
    pendingDeliveries: number;
    deadLetters: number;
    heldAlerts: number;
  };
  oldestPendingAt: Instant | null;
  oldestUnplannedAt: Instant | null;
  lag: { medianMs: Millis; p99Ms: Millis } | null;
  mail: { configured: boolean; from: string };
  watchdogHost: string | null;
  limited: { pings: number; projects: number };
};

const ZONE_SOURCES = { system: "this system's", shipped: "Belfry's own", engine: "Node's" };

/** What runs here and how it is. */
export function SystemFacts({ system }: { system: SystemView }) {
  const { versions, counts, mail, limited } = system;
  return (
    <Panel title="What runs">
      <dl className={styles.facts}>
        <dt>Belfry</dt>
        <dd>{versions.belfry}</dd>
        <dt>Node</dt>
        <dd>{versions.node}</dd>
        <dt>PostgreSQL</dt>
        <dd>{versions.postgres}</dd>
        <dt>Time zones</dt>
        <dd>
          <TimeZones {...system.timeZones} />
        </dd>
        <dt>Mail</dt>
        <dd>
          {mail.configured ? (
            <Said text={`from ${mail.from}`} />
          ) : (
            "not set up: set SMTP_URL and MAIL_FROM, then start again"
          )}
        </dd>
        <dt>Watched by</dt>
        <dd>
          {system.watchdogHost === null ? (
            "nobody: set WATCHDOG_URL to hear of it when Belfry itself stops"
          ) : (
            <Said text={`${system.watchdogHost}, called every minute while all is well`} />
          )}
        </dd>
        <dt>Holds</dt>
        <dd>
          {counted(counts.jobs, "job")} in {counted(counts.projects, "project")}, {counted(counts.users, "account")}
        </dd>
        <AlertFacts {...system} />
        <dt>Did not arrive</dt>
        <dd>{counts.deadLetters}</dd>
        <dt>Refused as too many</dt>
        <dd>
          {limited.pings === 0
            ? "no ping in the last 30 days"
            : `${limited.pings.toLocaleString("en")} pings in the last 30 days, of ${counted(limited.projects, "project")}`}
        </dd>
      </dl>
    </Panel>
  );
}

/** How alerts fare on their way to people. */
function AlertFacts({ counts, lag, oldestPendingAt, oldestUnplannedAt }: SystemView) {
  return (
    <>
      <dt>Alerts leave after</dt>
      <dd>
        {lag === null
          ? "none in the last day"
          : `${secondsText(lag.medianMs)} as a rule, 99 of 100 within ${secondsText(lag.p99Ms)}, in the last day`}
      </dd>
      <dt>Alerts not decided</dt>
      <dd>
        {oldestUnplannedAt === null ? (
          "none"
        ) : (
          <>
            the oldest written <Ago at={oldestUnplannedAt} suffix />
          </>
        )}
      </dd>
      <dt>Alerts held back</dt>
      <dd>{counts.heldAlerts === 0 ? "none" : `${counts.heldAlerts}, each with its reason on its incident's page`}</dd>
      <dt>Alerts waiting</dt>
      <dd>
        {counts.pendingDeliveries}
        {oldestPendingAt !== null && (
          <>
            , the oldest written <Ago at={oldestPendingAt} suffix />
          </>
        )}
      </dd>
    </>
  );
}

function secondsText(ms: Millis): string {
  return `${(ms / SECOND).toFixed(1)} s`;
}

function TimeZones({ used, system, shipped, engine, hints }: SystemView["timeZones"]) {
  return (
    <>
      tzdata <Said text={used.version} />, {ZONE_SOURCES[used.source]} (system: <Said text={system ?? "none"} />,
      Belfry: {shipped}, Node: {engine})
      {hints.map((hint) => (
        <p key={hint} className={styles.hint}>
          <Said text={hint} />
        </p>
      ))}
    </>
  );
}

export function Processes({ processes }: { processes: SystemView["processes"] }) {
  return (
    <Panel title="Processes" flush>
      <div className={table.scroll} tabIndex={0} role="group" aria-label="Processes">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Pid</th>
              <th scope="col">Does</th>
              <th scope="col">Since</th>
              <th scope="col">Last sign of life</th>
            </tr>
          </thead>
          <tbody>
            {processes.map((process) => (
              <tr key={process.processId}>
                <td>
                  <Said text={process.host} />
                </td>
                <td>{process.pid}</td>
                <td>{process.roles.join(", ")}</td>
                <td>
                  <ExactMoment at={process.startedAt} />
                </td>
                <td>
                  <Ago at={process.beatAt} suffix />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Stretches in which nobody watched. */
export function Gaps({ gaps }: { gaps: SystemView["gaps"] }) {
  return (
    <Panel title="When Belfry was away" note="Runs that touch such a stretch end unknown, not missed">
      {gaps.length === 0 ? (
        <p className={styles.hint}>Never, as far as it is recorded.</p>
      ) : (
        <ul>
          {gaps.map((gap) => (
            <li key={gap.from}>
              <ExactMoment at={gap.from} /> to <ExactMoment at={gap.to} /> ({lengthText(gap.to - gap.from)})
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
