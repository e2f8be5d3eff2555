"use client";

import { useRouter } from "next/navigation";
import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import { counted } from "../base/counted.ts";
import { useNow } from "../base/clock.tsx";
import { LiveBadge } from "../shell/live-badge.tsx";
import { useTellOpenIncidents } from "../shell/open-incidents.ts";
import { useShortcuts } from "../shell/shortcuts.ts";
import { byAttention, isTileName, matches, onTile, parseQuery, ranksOf, type TileName } from "./filter.ts";
import { JobTable, type JobTableHandle } from "./job-table.tsx";
import type { JobView } from "./job-view.ts";
import { NoMatch } from "./no-match.tsx";
import { SearchField } from "./search-field.tsx";
import styles from "./jobs.module.css";
import { Tiles } from "./tiles.tsx";
import { useJobRows } from "./use-job-rows.ts";
import { useUrlState } from "./use-url-state.ts";

/** The list of jobs: tiles, search, rows; live. */
export function JobsScreen({ projectId, jobs }: { projectId: string; jobs: JobView[] }) {
  const { rows, live, onVisible } = useJobRows(projectId, jobs);
  const [params, setParams] = useUrlState(["q", "state"]);
  const now = useNow();
  const router = useRouter();
  const search = useRef<HTMLInputElement>(null);
  const table = useRef<JobTableHandle>(null);
  const text = useDeferredValue(params.q ?? "");
  const tile = isTileName(params.state ?? null) ? (params.state as TileName) : null;

  const ordered = useOrdered(rows, now);
  const found = useMemo(() => {
    const query = parseQuery(text);
    return ordered.filter((job) => matches(job, query, now));
  }, [ordered, text, now]);
  const shown = tile === null ? found : found.filter((job) => onTile(job, tile, now));
  const failing = rows.filter((job) => onTile(job, "failing", now)).length;
  useTitle(failing);
  useTellOpenIncidents(
    rows.filter((job) => job.status === "down").length + rows.filter((job) => job.warning !== null).length,
  );

  useShortcuts({
    "/": () => search.current?.focus(),
    j: () => table.current?.move(1),
    k: () => table.current?.move(-1),
    n: () => router.push("/jobs/new"),
  });

  return (
    <div className={styles.screen}>
      <Tiles jobs={rows} now={now} active={tile} onPick={(state) => setParams({ state })} />
      <div className={styles.toolbar}>
        <SearchField
          ref={search}
          value={params.q ?? ""}
          onChange={(q) => setParams({ q })}
          onEnter={() => table.current?.move(1)}
        />
        <p className={styles.count} role="status">
          {shown.length === rows.length ? "" : `${shown.length} of `}
          {counted(rows.length, "job")}
        </p>
        <LiveBadge state={live} />
      </div>
      {shown.length === 0 ? (
        <NoMatch onClear={() => setParams({ q: null, state: null })} />
      ) : (
        <JobTable ref={table} jobs={shown} onVisible={onVisible} />
      )}
    </div>
  );
}

/** Sorts again only when a row changes its place: every second would cost too much with thousands of jobs. */
function useOrdered(rows: JobView[], now: number): JobView[] {
  const ranks = ranksOf(rows, now);
  return useMemo(() => byAttention(rows, ranks), [rows, ranks]);
}

function useTitle(failing: number): void {
  useEffect(() => {
    document.title = failing === 0 ? "Jobs · Belfry" : `(${failing}) Jobs · Belfry`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    icon?.setAttribute("href", failing === 0 ? "/icon.svg" : "/icon-down.svg");
  }, [failing]);
}
