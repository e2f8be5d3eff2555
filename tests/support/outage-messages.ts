import { actLabel, ACTS } from "../../lib/domain/act-link.ts";
import type { AlertFacts } from "../../lib/domain/incident.ts";
import {
  composeMessage,
  type AlertMessage,
  type GroupInput,
  type GroupMember,
  type MessageLink,
} from "../../lib/domain/message.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { failedMessage, SLOT } from "./messages.ts";

const OPENED = SLOT + 12 * MINUTE;

const MISSED: AlertFacts = {
  ...{ cause: "missed", severity: "critical", openedAt: OPENED, runNumber: 42, slotAt: SLOT, deadlineAt: OPENED },
  ...{ graceMs: 12 * MINUTE, maxRuntimeMs: null, startedAt: null, finishedAt: null, durationMs: null, exitCode: null },
  ...{ host: null, openRuns: 0, lastOkAt: SLOT - 24 * HOUR, okStreak: 41, nextSlotAt: SLOT + 24 * HOUR },
  ...{ resolveReason: null, badCount: 1, missedCount: 1 },
};

/** A job of an outage; every one is another job. */
export function outageMember(
  name: string,
  changes: Partial<GroupMember> = {},
  facts: Partial<AlertFacts> = {},
): GroupMember {
  return {
    ...{
      event: "opened",
      facts: { ...MISSED, ...facts },
      incidentId: `i-${name}`,
      jobId: `j-${name}`,
      slug: name,
      name,
    },
    ...{ timeZone: "Europe/Riga", host: "db-03", ...changes },
  };
}

const FAILED: Partial<AlertFacts> = { cause: "failed", exitCode: 1, missedCount: 0 };

export const OUTAGE_JOBS: readonly GroupMember[] = [
  ...["db-backup", "mail-queue", "log-rotate"].map((name) => outageMember(name)),
  outageMember("import", {}, FAILED),
  outageMember("export", {}, { ...FAILED, exitCode: 2 }),
];

/** Links as they are put into messages when they are sent; `open`: how many incidents they are about. */
export function actionsOf(open = 1): MessageLink[] {
  return ACTS.map((act, index) => {
    return { label: actLabel(act, open), url: `https://belfry.example.org/act/${"k3x9Tq_-".repeat(6)}${index}` };
  });
}

export const ACTIONS: readonly MessageLink[] = actionsOf();

/** A message about several jobs of one machine, with changes. */
export function outageMessage(changes: Partial<GroupInput> = {}): AlertMessage {
  const { members = OUTAGE_JOBS } = changes;
  return composeMessage({
    ...{ alertId: "0198c0de-0000-7000-8000-000000000011", event: "opened", at: OPENED + 4 * SECOND },
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    outage: {
      ...{ id: "0198c0de-0000-7000-8000-0000000000aa", kind: "host", host: "db-03", openedAt: OPENED },
      ...{ open: members.length, total: members.length, later: 0, again: 0, endedAt: null, alone: [] },
    },
    ...{ members, only: null, heard: false, standing: [], ...changes },
  });
}

/** The same, where failures say something and a window held the message back. */
export function wordyOutageMessage(): AlertMessage {
  const said = new Map([
    ["import", "no space left on device (/var/lib/import)"],
    ["export", 'FATAL: password authentication failed for user "export" with password=hunter2, giving up for today'],
  ]);
  const members = OUTAGE_JOBS.map((job): GroupMember => ({ ...job, said: said.get(job.name) ?? null }));
  return outageMessage({
    members,
    sentAt: OPENED + 2 * HOUR,
    waited: [{ reason: "window", detail: "Nightly deploy" }],
  });
}

/** Two more jobs of it, a minute later. */
export function followUpMessage(): AlertMessage {
  const more = [outageMember("cert-renewal"), outageMember("reports")];
  const outage = { ...OUTAGE, open: 7, total: 7 };
  return outageMessage({
    at: OPENED + MINUTE,
    members: more,
    outage,
    heard: true,
    standing: [...OUTAGE_JOBS, ...more],
  });
}

/** Three of five are well again. */
export function partlyRecoveredMessage(): AlertMessage {
  const well = OUTAGE_JOBS.slice(0, 3).map((job): GroupMember => ({ ...job, event: "resolved" }));
  const outage = { ...OUTAGE, open: 2, total: 5 };
  const standing = [...OUTAGE_JOBS.slice(3), ...well];
  return outageMessage({ event: "resolved", at: OPENED + 20 * MINUTE, members: well, outage, heard: true, standing });
}

/** All of them are; one had been told alone before it was known for an outage. */
export function outageOverMessage(): AlertMessage {
  const well = OUTAGE_JOBS.map((job): GroupMember => ({ ...job, event: "resolved" }));
  const outage = { ...OUTAGE, open: 0, total: 5, alone: [{ id: "i-db-backup", jobId: "j-db-backup" }] };
  return outageMessage({ event: "resolved", at: OPENED + 2 * HOUR, members: well, outage, heard: true });
}

export function reminderMessage(reminder: Partial<NonNullable<AlertFacts["reminder"]>> = {}): AlertMessage {
  const told = { nth: 2, snoozedUntil: null, acknowledgedAt: null, acknowledgedBy: null, ...reminder };
  return failedMessage({ event: "reminder", at: SLOT + 12 * HOUR }, { reminder: told });
}

/** First nothing came, then a run failed. */
export function changedMessage(facts: Partial<AlertFacts> = {}): AlertMessage {
  const changed = {
    openedAt: SLOT - 24 * HOUR + 12 * MINUTE,
    earlierCauses: ["missed"],
    badCount: 2,
    missedCount: 1,
  } as const;
  return failedMessage({ event: "changed" }, { ...changed, lastOkAt: SLOT - 48 * HOUR, ...facts });
}

export function unstableMessage(): AlertMessage {
  return failedMessage({ event: "unstable", at: SLOT + 50 * MINUTE }, { unstable: { since: SLOT, openings: 4 } });
}

export function stableMessage(): AlertMessage {
  return failedMessage({ event: "stable", at: SLOT + 5 * HOUR }, { unstable: { since: SLOT, openings: 7 } });
}

/** Five jobs of one machine, none of them well. */
export const OUTAGE: GroupInput["outage"] = {
  ...{ id: "0198c0de-0000-7000-8000-0000000000aa", kind: "host", host: "db-03", openedAt: OPENED },
  ...{ open: 5, total: 5, later: 0, again: 0, endedAt: null, alone: [] },
};

/** With everything that is put into a message when it is sent. */
export function acting(message: AlertMessage, open = 1): AlertMessage {
  return { ...message, actions: actionsOf(open) };
}

/** Every sort of message about jobs, by name, as they are sent. */
export const SORTS: Readonly<Record<string, () => AlertMessage>> = {
  opened: () =>
    acting(
      failedMessage({ elsewhere: { jobs: 7, names: ["mail-queue", "log-rotate", "import", "export", "reports"] } }),
    ),
  changed: () => acting(changedMessage()),
  reminder: () => acting(reminderMessage()),
  resolved: () =>
    failedMessage({ event: "resolved", at: SLOT + 25 * HOUR }, { exitCode: 0, resolveReason: "recovered" }),
  unstable: () => acting(unstableMessage()),
  stable: stableMessage,
  outage: () => acting(outageMessage(), 5),
  "outage in its own words, after a window": () => acting(wordyOutageMessage(), 5),
  "follow-up": () => acting(followUpMessage(), 7),
  "partly recovered": () => acting(partlyRecoveredMessage(), 2),
  "outage over": outageOverMessage,
};
