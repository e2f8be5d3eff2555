import { formatDuration } from "../duration.ts";
import type { MaskPattern } from "../mask-pattern.ts";
import { maskSecrets } from "../mask.ts";
import { cleanLine } from "../message-text.ts";
import type { MessageLink } from "../message.ts";
import { dayIn } from "../message-time.ts";
import type { FailedJob, GraceProposal, Listed, ReportFacts } from "./report-facts.ts";

/** A report as mail and page show it: every text is one line of visible characters. */
export type ReportContent = {
  /** `Your week in Night shift`. */
  title: string;
  /** The days it is about. */
  days: string;
  /** Sentences; the first says whether anything wants to be looked at. */
  lead: readonly string[];
  sections: readonly ReportSection[];
};

export type ReportSection = {
  title: string;
  /** What it means, and what to do. */
  note: string;
  lines: readonly ReportLine[];
  /** Those that are not shown. */
  more: number;
};

export type ReportLine = {
  text: string;
  /** Where `text` leads to; null: nowhere. */
  url: string | null;
  detail: string;
  /** What can be done at once. */
  action: MessageLink | null;
};

type Known = {
  baseUrl: string;
  project: string;
  /** What the project has masked. */
  maskPatterns: readonly MaskPattern[];
  facts: ReportFacts;
  /** Links that put proposals in force, by job; where one is missing only the proposal is shown. */
  graceLinks: ReadonlyMap<string, string>;
};

const PERIOD_WORDS = {
  day: { noun: "day", when: "that day" },
  week: { noun: "week", when: "that week" },
  month: { noun: "month", when: "that month" },
} as const;

/** Puts a report into words. Sections without a line are left out. */
export function reportContent(known: Known): ReportContent {
  const sections = sectionsOf(known).filter(({ lines }) => lines.length > 0);
  const { facts } = known;
  return {
    title: `Your ${PERIOD_WORDS[facts.period].noun} in ${cleanLine(known.project, 80)}`,
    days: daysOf(facts),
    lead: leadOf(facts),
    sections,
  };
}

function daysOf({ from, to, timeZone, period }: ReportFacts): string {
  const first = dayIn(from, timeZone);
  const last = dayIn(to - 1, timeZone);
  return `${period === "day" ? first : `${first} to ${last}`}, ${timeZone}`;
}

function leadOf(facts: ReportFacts): string[] {
  const { fallback } = facts;
  const beforehand = beforehandSentence(facts);
  const told = beforehand === null ? [verdictOf(facts), countsOf(facts), ...beginningOf(facts)] : [beforehand];
  return [...told, ...(fallback === null ? [] : [fallbackSentence(fallback)])];
}

/** Of a time in which there was nothing to watch: zeros would read like an alarm, or like good news. Null: there was. */
function beforehandSentence({ since, to, timeZone, totals }: ReportFacts): string | null {
  const { ok, bad, incidents, alerts } = totals;
  if (since === undefined || ok + bad + incidents + alerts > 0) return null;
  const { installedAt, firstJobAt } = since;
  const nothing = "there is nothing to tell of the time before.";
  if (to <= installedAt) return `Belfry was installed on ${dayIn(installedAt, timeZone)}; ${nothing}`;
  if (firstJobAt === null) return "This project has no jobs yet; there is nothing to tell.";
  return to <= firstJobAt
    ? `The first job of this project was made on ${dayIn(firstJobAt, timeZone)}; ${nothing}`
    : null;
}

function countsOf({ totals }: ReportFacts): string {
  const { ok, bad, incidents, alerts, jobs } = totals;
  const runs = ok + bad;
  const share = runs === 0 ? "" : `, ${percent(ok / runs)} of them good`;
  return `${count(jobs, "job")} had ${count(runs, "run")}${share}; ${count(incidents, "incident")} opened, and ${count(alerts, "alert")} ${alerts === 1 ? "was" : "were"} sent.`;
}

/** Where only a part of the time could be watched. */
function beginningOf({ since, from, timeZone }: ReportFacts): string[] {
  if (since === undefined || since.installedAt <= from) return [];
  return [`Belfry was installed on ${dayIn(since.installedAt, timeZone)}: nothing is counted from before.`];
}

function verdictOf({ totals, failed, stillDown, period }: ReportFacts): string {
  const { when } = PERIOD_WORDS[period];
  if (failed.total === 0) {
    return totals.bad === 0
      ? `Nothing failed ${when}.`
      : `No job broke ${when}, though ${count(totals.bad, "run")} went wrong.`;
  }
  return `${count(failed.total, "job")} failed ${when}${stillDown > 0 ? `, ${stillDown} of them still down` : ""}.`;
}

/** What happens to alarms of a project whose channels are all off, or that has none. */
export function fallbackSentence(addresses: readonly string[]): string {
  return addresses.length === 0
    ? "No channel of this project is switched on, and no owner can be reached by mail: nobody would hear of an alarm. Add a channel."
    : `No channel of this project is switched on: alarms go by mail to ${addresses.map((address) => cleanLine(address, 100)).join(", ")}. Add a channel to choose for yourself.`;
}

function percent(share: number): string {
  const rounded = Math.floor(share * 1_000) / 10;
  return `${rounded === 100 && share < 1 ? 99.9 : rounded} %`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function sectionsOf(known: Known): ReportSection[] {
  const { facts } = known;
  return [
    section("Failed", "Those that are still down first, then the longest.", facts.failed, (job) =>
      ofJob(known, job, failedWords(job)),
    ),
    section("Nobody would be told", "Give these jobs a channel that works.", facts.untold, (job) =>
      ofJob(known, job, "No working channel hears of it."),
    ),
    section(
      "Broken channels",
      "Nothing arrives over them. Send a test once they are repaired.",
      facts.broken,
      (one) => ({
        text: `${cleanLine(one.name, 100)} (${cleanLine(one.kind, 40)})`,
        url: `${known.baseUrl}/channels`,
        detail: cleanLine(maskSecrets(one.reason, known.maskPatterns), 200),
        action: null,
      }),
    ),
    section(
      "Flakiest",
      "They break and recover again and again: mend the cause, or ask for two failures in a row.",
      facts.flaky,
      (job) => ofJob(known, job, `Broke ${count(job.incidents, "time")}.`),
    ),
    section("Noisiest", "The most alerts. Raise a limit that is too narrow, or mend what breaks.", facts.noisy, (job) =>
      ofJob(known, job, `${count(job.alerts, "alert")}.`),
    ),
    section(
      "Growing slower",
      "Medians of the latest good runs, against those before.",
      facts.slower,
      ({ beforeMs, nowMs, ...job }) => ofJob(known, job, `${formatDuration(nowMs)}, was ${formatDuration(beforeMs)}.`),
    ),
    section(
      "Grace that does not fit",
      "How late a run may come, beside how late most of them do.",
      facts.graces,
      (proposal) => graceLine(known, proposal),
    ),
    section(
      "Never pinged",
      "Set up and not heard of since: install the ping, or delete the job.",
      facts.silent,
      (job) => ofJob(known, job, `Made on ${dayIn(job.createdAt, facts.timeZone)}.`),
    ),
  ];
}

function section<T>(
  title: string,
  note: string,
  { top, total }: Listed<T>,
  lineOf: (one: T) => ReportLine,
): ReportSection {
  return { title, note, lines: top.map(lineOf), more: total - top.length };
}

function ofJob(
  { baseUrl, maskPatterns }: Known,
  { jobId, name }: { jobId: string; name: string },
  detail: string,
): ReportLine {
  const text = cleanLine(maskSecrets(name, maskPatterns), 128);
  return { text, url: `${baseUrl}/jobs/${jobId}`, detail, action: null };
}

function failedWords({ incidents, downMs, bad, stillDown }: FailedJob): string {
  const opened =
    incidents === 0 ? "Broken since before" : `Broke ${incidents === 1 ? "once" : count(incidents, "time")}`;
  const still = stillDown ? "; still down" : "";
  return `${opened}, down for ${formatDuration(downMs)} in all, ${count(bad, "bad run")}${still}.`;
}

function graceLine(known: Known, proposal: GraceProposal): ReportLine {
  const { jobId, graceMs, proposedMs, usualMs } = proposal;
  const url = known.graceLinks.get(jobId);
  const usual = usualMs < 1_000 ? "on time" : `within ${formatDuration(usualMs)}`;
  return {
    ...ofJob(
      known,
      proposal,
      `Grace ${formatDuration(graceMs)}; most runs come ${usual}, so ${formatDuration(proposedMs)} would suit.`,
    ),
    action: url === undefined ? null : { label: `Change to ${formatDuration(proposedMs)}`, url },
  };
}
