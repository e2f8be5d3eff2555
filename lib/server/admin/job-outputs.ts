import { spellDuration } from "../../domain/duration.ts";
import type { ScheduleSpec } from "../../domain/job.ts";
import { formatScheduleText } from "../../domain/schedule.ts";
import type { JobReport, ListedJob } from "../../services/job-report.ts";
import type { JobPage, OpenIncidentRow } from "../../services/job-views.ts";
import { isoTime } from "./command.ts";

/** A job as `jobs` lists it. */
export function listedJobOf(job: ListedJob): object {
  return {
    ...{ id: job.id, slug: job.slug, environment: job.environment, name: job.name, state: job.status },
    ...scheduleOf(job.schedule),
    tags: job.tags,
    nextExpectedAt: isoTime(job.nextExpectedAt),
    openIncidents: job.openIncidents.map(openIncidentOf),
  };
}

/** A job as `job` shows it; settings are called as the options that set them. */
export function jobOutputOf({ runs, pings, lastPingAt, nextExpectedAt }: JobReport, job: JobPage): object {
  const { id, slug, name, environment, projectId, status, tags, form } = job;
  return {
    ...{ id, slug, name, environment, projectId, state: status },
    lastPingAt: isoTime(lastPingAt),
    nextExpectedAt: isoTime(nextExpectedAt),
    pings,
    ...scheduleOf(job.schedule),
    ...limitsOf(job),
    tags,
    upstreams: form.upstreams,
    channels: job.channels.map((channel) => ({
      id: channel.id,
      name: channel.name,
      kind: channel.kind,
      told: channel.told,
    })),
    warning: job.nobodyTold,
    openIncidents: job.openIncidents.map(openIncidentOf),
    runs: runs.map((run) => ({
      outcome: run.outcome,
      startedAt: isoTime(run.startedAt),
      finishedAt: isoTime(run.finishedAt),
      durationMs: run.durationMs,
      exitCode: run.exitCode,
      slotAt: isoTime(run.slotAt),
    })),
  };
}

/** Without a schedule all are null; an interval has neither scheduler nor zone. */
function scheduleOf(schedule: ScheduleSpec) {
  const cron = schedule.kind === "cron" ? schedule : null;
  return {
    schedule: formatScheduleText(schedule) || null,
    dialect: cron?.dialect ?? null,
    tz: cron?.timeZone ?? null,
  };
}

/** The grace is the one in force. */
function limitsOf({ limits, effectiveGraceMs }: JobPage) {
  const text = (ms: number | null) => (ms === null ? null : spellDuration(ms));
  return {
    ...{ grace: text(effectiveGraceMs), maxRuntime: text(limits.maxRuntimeMs), minRuntime: text(limits.minRuntimeMs) },
    ...{ jitter: text(limits.jitterMs), failures: limits.failuresToOpen, failureWindow: limits.failureWindow },
    ...{ successes: limits.successesToClose, overlap: limits.overlap, unusual: limits.unusual },
    tooOften: limits.tooOften,
  };
}

function openIncidentOf({ id, cause, openedAt }: Pick<OpenIncidentRow, "id" | "cause" | "openedAt">) {
  return { id, cause, openedAt: isoTime(openedAt) };
}
