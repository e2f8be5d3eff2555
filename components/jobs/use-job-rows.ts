"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { type Instant, SECOND } from "../../lib/domain/time.ts";
import { type LiveState, useLive } from "../shell/use-live.ts";
import { type JobView, LARGE_LIST } from "./job-view.ts";

type Answer = { jobs: JobView[]; now: Instant };

/**
 * The rows of a list, kept fresh: a small list is fetched again whole at a change; of a large one the rows in sight at
 * once and the rest every 10 s at most.
 */
export function useJobRows(projectId: string, initial: JobView[]) {
  const [rows, setRows] = useState(initial);
  const visible = useRef<readonly string[]>([]);
  const wholeAt = useRef(-Infinity);
  const known = useRef(new Map<string, JobView>());

  useEffect(() => setRows(initial), [initial]);
  useEffect(() => {
    known.current = new Map(rows.map((row) => [row.id, row]));
  }, [rows]);

  const fetchSome = useCallback(
    async (ids: readonly string[]) => {
      if (ids.length === 0) return;
      const answer = await ask(`/api/jobs?project=${projectId}&ids=${ids.join(",")}`);
      if (answer !== null) setRows((before) => replaced(before, answer.jobs));
    },
    [projectId],
  );

  const refresh = useCallback(async () => {
    const large = known.current.size > LARGE_LIST;
    const now = performance.now();
    if (!large || now - wholeAt.current > 10 * SECOND) {
      wholeAt.current = now;
      const answer = await ask(`/api/jobs?project=${projectId}`);
      if (answer !== null) setRows((before) => withStripsOf(before, answer.jobs));
    }
    if (large) await fetchSome(visible.current);
  }, [projectId, fetchSome]);

  const live: LiveState = useLive(projectId, () => void refresh());

  /** Tells which rows are in sight; strips that were not sent yet are fetched. */
  const onVisible = useCallback(
    (ids: readonly string[]) => {
      visible.current = ids;
      void fetchSome(ids.filter((id) => known.current.get(id)?.strip === undefined));
    },
    [fetchSome],
  );

  return { rows, live, onVisible };
}

async function ask(address: string): Promise<Answer | null> {
  try {
    const response = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
    // A session that has ended shows the sign-in page at the next visit; what is on the screen stays.
    return response.ok ? ((await response.json()) as Answer) : null;
  } catch {
    return null;
  }
}

function replaced(before: JobView[], fresh: readonly JobView[]): JobView[] {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  return before.map((row) => byId.get(row.id) ?? row);
}

function withStripsOf(before: readonly JobView[], fresh: JobView[]): JobView[] {
  const strips = new Map(before.map((row) => [row.id, row.strip]));
  return fresh.map((row) => (row.strip === undefined ? { ...row, strip: strips.get(row.id) } : row));
}
