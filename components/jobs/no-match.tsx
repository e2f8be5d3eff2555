import { Button } from "@mantine/core";
import { Empty } from "../base/empty.tsx";
import layout from "../base/layout.module.css";

/** The list has jobs, but none under this search and tile. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <div className={layout.panel}>
      <Empty
        title="No job matches"
        action={
          <Button variant="default" onClick={onClear}>
            Show all jobs
          </Button>
        }
      >
        Words match name, slug, tag and schedule. <code>state:late</code> and <code>tag:backup</code> narrow it down.
      </Empty>
    </div>
  );
}
