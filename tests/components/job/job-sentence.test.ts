import { expect, test } from "vitest";
import { jobSentence, type SentenceFacts } from "../../../components/job/job-sentence.tsx";
import { HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0);

const NIGHTLY: SentenceFacts = {
  status: "ok",
  scheduleKind: "cron",
  scheduleWords: "At 02:00 every day",
  timeZone: "Europe/Riga",
  nextExpectedAt: NOW + 3 * HOUR + 12 * MINUTE,
  lastOkAt: NOW - 20 * HOUR,
  lastOkMs: 250 * SECOND,
};

test.each<[string, Partial<SentenceFacts>]>([
  ["At 02:00 every day (Europe/Riga) · next in 3 h 12 min · last succeeded 20 h ago in 4 min 10 s.", {}],
  [
    "At 02:00 every day (Europe/Riga) · due 5 min ago · last succeeded 20 h ago.",
    { nextExpectedAt: NOW - 5 * MINUTE, lastOkMs: null },
  ],
  [
    "At 02:00 every day (Europe/Riga) · paused, so nothing is expected · has not succeeded yet.",
    { status: "paused", lastOkAt: null },
  ],
  [
    "At 02:00 every day (Europe/Riga) · waiting for the first ping.",
    { status: "new", lastOkAt: null, nextExpectedAt: null },
  ],
  [
    "Every 5 minutes · next in 42 s · last succeeded just now in 1.5 s.",
    {
      scheduleKind: "interval",
      scheduleWords: "Every 5 minutes",
      timeZone: null,
      nextExpectedAt: NOW + 42 * SECOND,
      lastOkAt: NOW,
      lastOkMs: 1_500,
    },
  ],
  [
    "Runs at no fixed time · last succeeded 20 h ago.",
    { scheduleKind: "none", timeZone: null, nextExpectedAt: null, lastOkMs: null },
  ],
])("%s", (sentence, facts) => {
  expect(jobSentence({ ...NIGHTLY, ...facts }, NOW)).toBe(sentence);
});
