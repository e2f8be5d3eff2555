import { CopyLine } from "../base/copy-line.tsx";
import { Panel } from "../base/panel.tsx";
import { PingTabs } from "../job/ping-tabs.tsx";
import { sentryLines } from "./sentry-lines.ts";
import settings from "./settings.module.css";

/** How code that knows Sentry reports here. */
export function SentryPanel({ dsn }: { dsn: string }) {
  return (
    <Panel title="DSN" note="For Sentry’s SDKs. Whoever has it can ping and make jobs here">
      <div className={settings.stack}>
        <CopyLine text={dsn} label="DSN" />
        <p>
          Code that tells Sentry of its scheduled jobs tells Belfry with this DSN instead. A first check-in makes its
          job, with the schedule that the code sends.
        </p>
        <PingTabs lines={sentryLines(dsn)} />
      </div>
    </Panel>
  );
}
