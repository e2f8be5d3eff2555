import type { Metadata } from "next";
import { Empty } from "../../../components/base/empty.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import styles from "../../../components/calendar/calendar.module.css";
import { HeldList } from "../../../components/calendar/held-list.tsx";
import { ScriptPanel } from "../../../components/calendar/script-panel.tsx";
import { WindowForm } from "../../../components/calendar/window-form.tsx";
import { WindowItem } from "../../../components/calendar/window-item.tsx";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { can } from "../../../lib/auth/rules.ts";
import { listZoneNames } from "../../../lib/domain/zone.ts";
import { projectSnippets } from "../../../lib/services/projects.ts";
import { viewCalendar } from "../../../lib/services/windows.ts";
import { windowView } from "../../calendar-views.ts";
import { load } from "../../failures.ts";
import { requireProject, requireVisit } from "../../request.ts";
import { addWindow, changeWindow, removeWindow, setWindowEnabled } from "./actions.ts";

export const metadata: Metadata = { title: "Calendar" };

export default async function CalendarPage() {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const [calendar, snippets] = await load(() =>
    Promise.all([
      viewCalendar(ctx, { projectId: project.id }),
      can(project.role, "see-ping-key") ? projectSnippets(ctx, { projectId: project.id }) : null,
    ]),
  );
  const { windows, held, now } = calendar;
  const choices = { ...calendar.choices, zones: listZoneNames() };
  const mayChange = can(project.role, "change-windows");

  return (
    <Page>
      <PageHeader
        title="Calendar"
        lead="Times in which alerts wait: maintenance, nights, holidays. What is still wrong at their end is told then; what came right by itself stays visible and wakes nobody."
        actions={<LiveRefresh projectId={project.id} />}
      />
      {held.length > 0 && <HeldList held={held} />}
      <Panel title="Windows" flush>
        {windows.length === 0 ? (
          <Empty title="Alerts are told at any time">
            Add a window for planned work, for hours in which nobody looks, or for days off. Runs are watched all the
            while: only people are left in peace.
          </Empty>
        ) : (
          <ul className={styles.list}>
            {windows.map((row) => (
              <WindowItem
                key={row.id}
                window={windowView(row, now)}
                now={now}
                choices={choices}
                mayChange={mayChange}
                save={changeWindow}
                setEnabled={setWindowEnabled}
                remove={removeWindow}
              />
            ))}
          </ul>
        )}
      </Panel>
      {mayChange && (
        <Panel title="Add a window">
          <WindowForm window={null} choices={choices} save={addWindow.bind(null, project.id)} />
        </Panel>
      )}
      <ScriptPanel pingBase={snippets?.pingBase ?? null} />
    </Page>
  );
}
