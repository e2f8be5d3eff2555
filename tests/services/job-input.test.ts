import { expect, test } from "vitest";
import type { AppError } from "../../lib/errors.ts";
import { guessSlug } from "../../lib/domain/slug.ts";
import { type NewJob, parseJobEdit, parseNewJob } from "../../lib/services/job-input.ts";
import type { Problem } from "../../lib/services/input.ts";

/** The refusal of this input: its message, field and problems. */
function refusal(input: NewJob): AppError & { problems?: Problem[] } {
  try {
    parseNewJob(input);
  } catch (error) {
    return error as AppError;
  }
  throw new Error("It was not refused.");
}

test.each([
  ["Nightly DB backup", "nightly-db-backup"],
  ["  Ünïcode – Straße №5 ", "unicode-stra-e-no5"],
  ["backup_v2", "backup_v2"],
  ["резервная копия", ""],
  ["-- rm -rf / --", "rm-rf"],
])("the slug of %j is %j", (name, slug) => {
  expect(guessSlug(name)).toBe(slug);
});

test("a slug alone is enough: no schedule, the defaults, every channel", () => {
  const { settings, channelIds } = parseNewJob({ slug: "backup" });
  expect(channelIds).toBeNull();
  expect(settings).toMatchObject({ slug: "backup", name: "backup", schedule: { kind: "none" }, allChannels: true });
  expect(settings.limits).toEqual({
    graceMs: null,
    maxRuntimeMs: null,
    minRuntimeMs: null,
    jitterMs: 0,
    failuresToOpen: 1,
    failureWindow: null,
    successesToClose: 1,
    overlap: "alert",
    unusual: "ignore",
    tooOften: "alert",
  });
});

test("a name alone makes its slug", () => {
  expect(parseNewJob({ name: "Nightly backup" }).settings.slug).toBe("nightly-backup");
});

test("reads schedule, zone, durations and policy", () => {
  const { settings } = parseNewJob({
    slug: "report",
    schedule: " 30   4 * * 1-5 ",
    dialect: "vixie",
    timeZone: "europe/riga",
    grace: "90s",
    maxRuntime: "1h30m",
    overlap: "allow",
  });
  expect(settings).toMatchObject({
    schedule: { kind: "cron", dialect: "vixie", expression: "30 4 * * 1-5", timeZone: "Europe/Riga" },
    scheduleText: "30 4 * * 1-5",
    limits: { graceMs: 90_000, maxRuntimeMs: 5_400_000, overlap: "allow" },
  });
  expect(parseNewJob({ slug: "x", schedule: "every 5s" }).settings).toMatchObject({
    schedule: { kind: "interval", everyMs: 5_000 },
    scheduleText: "every 5s",
  });
});

test.each([
  [undefined, "auto"],
  ["", "auto"],
  ["auto", "auto"],
  [" Vixie ", "vixie"],
])("the dialect %j is %s", (dialect, expected) => {
  const { settings } = parseNewJob({ slug: "x", schedule: "@daily", dialect });
  expect(settings.schedule).toMatchObject({ kind: "cron", dialect: expected });
});

test.each<[NewJob, string, RegExp]>([
  [{}, "slug", /like nightly-backup/],
  [{ slug: "Backup Job" }, "slug", /lower-case .* like backup-job/],
  [{ slug: "a/b" }, "slug", /lower-case/],
  [{ slug: "x", schedule: "* * * *" }, "schedule", /./],
  [{ slug: "x", schedule: "61 * * * *" }, "schedule", /./],
  [{ slug: "x", schedule: "every blue moon" }, "schedule", /./],
  [{ slug: "x", schedule: "* * * * *", timeZone: "Mars/Phobos" }, "timeZone", /Mars\/Phobos/],
  [{ slug: "x", schedule: "every 5s", timeZone: "Mars/Phobos" }, "timeZone", /Mars\/Phobos/],
  [{ slug: "x", schedule: "@daily", dialect: "crond" }, "dialect", /"crond"; use one of auto, vixie, .*\.$/],
  [{ slug: "x", schedule: "every 5s", dialect: "crond" }, "dialect", /"crond"/],
  [{ slug: "x", schedule: "0 2 * * 1", dialect: "quartz" }, "schedule", /./],
  [{ slug: "x", grace: "soon" }, "grace", /"soon" .* grace time; write 90s, 5m, 2h or 1d\./],
  [{ slug: "x", grace: "-5m" }, "grace", /"-5m"/],
  [{ slug: "x", maxRuntime: "0s" }, "maxRuntime", /between 1 s and 366 days/],
  [{ slug: "x", maxRuntime: "400d" }, "maxRuntime", /between 1 s and 366 days/],
  [{ slug: "x", failuresToOpen: 0 }, "failuresToOpen", /from 1 to 100/],
  [{ slug: "x", successesToClose: 1.5 }, "successesToClose", /from 1 to 100/],
  [{ slug: "x", overlap: "maybe" }, "overlap", /"maybe" .* alert or allow/],
  [{ slug: "x", unusual: "maybe" }, "unusual", /"maybe" .* alert or ignore/],
  [{ slug: "x", tooOften: "maybe" }, "tooOften", /"maybe" .* alert or ignore/],
  [{ slug: "x", failuresToOpen: 3, failureWindow: 2 }, "failureWindow", /from 3 to 8, or leave it empty/],
  [{ slug: "x", failureWindow: 9 }, "failureWindow", /from 1 to 8/],
  [{ slug: "x", failureWindow: Number.NaN }, "failureWindow", /whole number/],
  [{ slug: "x", failuresToOpen: 9, failureWindow: 9 }, "failureWindow", /leave this empty for 9 bad runs in a row/],
  [{ slug: "x", upstreams: Array.from({ length: 21 }, (_, index) => `job-${index}`) }, "upstreams", /at most 20/],
  [{ slug: "x", tags: ["two words"] }, "tags", /two words/],
  [{ slug: "x", name: "n".repeat(129) }, "name", /at most 128/],
])("refuses %j", (input, field, words) => {
  const error = refusal(input);
  expect(error).toMatchObject({ code: "invalid", field });
  expect(error.message).toMatch(words);
});

test("names every mistake at once", () => {
  const { problems, field, message } = refusal({ slug: "A", schedule: "nope", grace: "x", overlap: "y" });
  expect(problems?.map((problem) => problem.field)).toEqual(["slug", "schedule", "grace", "overlap"]);
  expect(field).toBe("slug");
  expect(message).toContain("alert or allow");
});

test("an edit keeps what is not given", () => {
  const form = {
    ...{ name: "Backup", slug: "backup", description: "d", tags: ["db"], schedule: "every 1h30m" },
    ...{ dialect: "auto", timeZone: "UTC" },
    ...{ grace: "1m30s", maxRuntime: "", minRuntime: "", jitter: "", failuresToOpen: 2, successesToClose: 1 },
    ...{ overlap: "allow" as const, unusual: "alert" as const, channelIds: ["c"] },
    ...{ environment: "staging", pingPolicy: null, failureWindow: 4, tooOften: "ignore" as const },
    upstreams: ["db"],
  };
  const { settings, channelIds, upstreams } = parseJobEdit(form, { maxRuntime: "5m", name: undefined });
  expect(upstreams).toEqual(["db"]);
  expect(channelIds).toEqual(["c"]);
  expect(settings).toMatchObject({
    ...{ name: "Backup", slug: "backup", description: "d", tags: ["db"], allChannels: false },
    schedule: { kind: "interval", everyMs: 5_400_000 },
    limits: { graceMs: 90_000, maxRuntimeMs: 300_000, failuresToOpen: 2, failureWindow: 4, tooOften: "ignore" },
  });
});
