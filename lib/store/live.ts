import type { Millis } from "../domain/time.ts";
import type { Queryable } from "./queryable.ts";

/** Tells screens that something changed, at most four times a second a project and never inside a transaction. */
export type LiveUpdates = {
  touch(projectId: string): void;
  close(): void;
};

const PAUSE_MS: Millis = 250;

/** @param database What goes wrong here is of no consequence: the next update makes up for it. */
export function createLiveUpdates(database: Queryable): LiveUpdates {
  const touched = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  function publish(): void {
    timer = null;
    const projectIds = [...touched];
    touched.clear();
    void database
      .query("SELECT pg_notify('belfry_live', id) FROM unnest($1::text[]) AS x(id)", [projectIds])
      .catch(() => null);
  }

  return {
    touch(projectId) {
      touched.add(projectId);
      timer ??= setTimeout(publish, PAUSE_MS).unref();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
