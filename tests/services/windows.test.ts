import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../lib/domain/time.ts";
import { createJob, deleteJob } from "../../lib/services/job-changes.ts";
import {
  createWindow,
  deleteWindow,
  type NewWindow,
  updateWindow,
  viewCalendar,
  type WindowRow,
  windowsOfJob,
} from "../../lib/services/windows.ts";
import { listHolds, listPlanned, openIncident, planNow } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { makeChannel } from "../support/jobs.ts";
import { addMember, openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});
beforeEach(async () => {
  await world.database.pool.query("DELETE FROM windows; DELETE FROM jobs; DELETE FROM alerts; DELETE FROM channels");
  await offsetClock(world.database, 0);
});

const ICS =
  "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:New year\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\n";
const FILE = `${ICS}END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20200101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const OFFICE = {
  name: "Office",
  kind: "weekly",
  timeZone: "europe/riga",
  days: [5, 1, 2, 3, 4],
  from: "9:00",
  to: "17:30",
};

function soon(hours: number): string {
  return new Date(world.services.clock.now() + hours * HOUR).toISOString();
}

function once(change: Partial<NewWindow> = {}): NewWindow {
  return { projectId, name: "Move", kind: "once", startsAt: soon(-1), endsAt: soon(2), ...change };
}

async function onlyWindow(): Promise<WindowRow> {
  const { windows } = await viewCalendar(world.owner, { projectId });
  const [window] = windows;
  if (window === undefined || windows.length > 1) throw new Error(`There are ${windows.length} windows.`);
  return window;
}

describe("a window", () => {
  test("once is open from its beginning to its end, and says who made it", async () => {
    await createWindow(world.owner, once());
    const window = await onlyWindow();
    expect(window).toMatchObject({ name: "Move", enabled: true, source: "person", createdBy: "owner", jobs: [] });
    expect(window.next?.start).toBeLessThan(world.services.clock.now());
    await offsetClock(world.database, 3 * HOUR);
    expect((await viewCalendar(world.owner, { projectId })).windows).toEqual([]);
  });

  test("is read in its zone, where no other is written", async () => {
    const input = { timeZone: "America/New_York", startsAt: "2030-07-01 08:00", endsAt: "2030-07-01T14:30:00Z" };
    await createWindow(world.owner, once(input));
    expect((await onlyWindow()).times).toMatchObject({
      startsAt: Date.UTC(2030, 6, 1, 12, 0),
      endsAt: Date.UTC(2030, 6, 1, 14, 30),
    });
  });

  test("of every week is kept in order", async () => {
    await createWindow(world.owner, { projectId, ...OFFICE, outside: true });
    const { times } = await onlyWindow();
    const hours = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5], from: "09:00", to: "17:30" };
    expect(times).toEqual({ kind: "weekly", hours, outside: true });
  });

  test("of holidays takes what a file has, and says what it left out", async () => {
    const { leftOut, id } = await createWindow(world.owner, { projectId, name: "Off", kind: "holidays", ics: FILE });
    expect(leftOut).toBe("Left out of the file: 1 that repeat otherwise than every year.");
    const before = await onlyWindow();
    expect(before.times).toMatchObject({ kind: "holidays", timeZone: "UTC", holidays: [{ name: "New year" }] });
    await updateWindow(world.owner, { windowId: id, name: "Days off", timeZone: "Asia/Tokyo" });
    const after = await onlyWindow();
    expect(after.times).toMatchObject({ timeZone: "Asia/Tokyo", holidays: [{ name: "New year" }] });
    expect((before.next?.start ?? 0) - (after.next?.start ?? 0)).toBe(9 * HOUR);
  });

  test("may be for some jobs, tags and hosts alone", async () => {
    const { id: jobId } = await createJob(world.owner, { projectId, slug: "backup" });
    await createWindow(world.owner, once({ jobs: ["backup", jobId], tags: [" db "], hosts: ["web-1", "web-1"] }));
    expect(await onlyWindow()).toMatchObject({
      jobs: [{ id: jobId, slug: "backup" }],
      tags: ["db"],
      hosts: ["web-1"],
    });
  });

  test("of a job that is deleted does not become the whole project's", async () => {
    const { id: jobId } = await createJob(world.owner, { projectId, slug: "backup" });
    const { id: windowId } = await createWindow(world.owner, once({ jobs: ["backup"] }));
    await deleteJob(world.owner, { jobId });
    await updateWindow(world.owner, { windowId, name: "Other" });
    const { id: other } = await createJob(world.owner, { projectId, slug: "other" });
    expect(await windowsOfJob(world.owner, { jobId: other })).toEqual({ current: null, next: null });
    await expect(updateWindow(world.owner, { windowId, jobs: [] })).rejects.toMatchObject({ field: "jobs" });
  });

  test.each<[string, Partial<NewWindow>]>([
    ["name", { name: " " }],
    ["kind", { kind: "daily" }],
    ["startsAt", { startsAt: "tomorrow" }],
    ["endsAt", { startsAt: "2030-01-02 10:00", endsAt: "2030-01-02 10:00" }],
    ["endsAt", { startsAt: "2020-01-02 10:00", endsAt: "2020-01-02 11:00" }],
    ["endsAt", { endsAt: "2090-01-02 10:00" }],
    ["timeZone", { startsAt: "2030-01-02 10:00", timeZone: "Mars/Base" }],
    ["days", { ...OFFICE, days: [] }],
    ["days", { ...OFFICE, days: [0, 1] }],
    ["from", { ...OFFICE, from: "24:00" }],
    ["timeZone", { ...OFFICE, timeZone: "" }],
    ["to", { ...OFFICE, days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00" }],
    ["ics", { kind: "holidays" }],
    ["ics", { kind: "holidays", ics: "hello" }],
    ["ics", { kind: "holidays", ics: "x".repeat(600_000) }],
    ["ics", { kind: "holidays", ics: "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101\nEND:VEVENT\nEND:VCALENDAR" }],
    ["jobs", { jobs: ["nothing-of-ours"] }],
    ["jobs", { everywhere: false }],
    ["tags", { tags: Array.from({ length: 51 }, (_, index) => `tag-${index}`) }],
  ])("that makes no sense is refused for its %s", async (field, change) => {
    await expect(createWindow(world.owner, once(change))).rejects.toMatchObject({ code: "invalid", field });
  });

  test("is not made where there are too many already", async () => {
    await world.database.pool.query(
      `INSERT INTO windows (project_id, name, kind) SELECT $1, 'w' || n, 'weekly' FROM generate_series(1, 200) n`,
      [projectId],
    );
    await expect(createWindow(world.owner, once())).rejects.toMatchObject({ code: "conflict" });
  });

  test("is made however many requests have opened", async () => {
    await world.database.pool.query(
      `INSERT INTO windows (project_id, name, kind, source) SELECT $1, 'w' || n, 'weekly', 'ping' FROM generate_series(1, 200) n`,
      [projectId],
    );
    expect(await createWindow(world.owner, once())).toMatchObject({ leftOut: null });
  });

  test("of a calendar file is not made where there are ten already", async () => {
    await world.database.pool.query(
      `INSERT INTO windows (project_id, name, kind) SELECT $1, 'w' || n, 'holidays' FROM generate_series(1, 10) n`,
      [projectId],
    );
    const file = { kind: "holidays", ics: FILE };
    await expect(createWindow(world.owner, once(file))).rejects.toMatchObject({ code: "conflict" });
    const { id: windowId } = await createWindow(world.owner, once());
    await expect(updateWindow(world.owner, { windowId, ...file })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("who may", () => {
  test("see the calendar: members; strangers do not know of it", async () => {
    const { id: windowId } = await createWindow(world.owner, once());
    expect((await viewCalendar(world.teammate, { projectId })).windows).toHaveLength(1);
    await expect(viewCalendar(world.stranger, { projectId })).rejects.toMatchObject({ code: "not-found" });
    await expect(createWindow(world.stranger, once())).rejects.toMatchObject({ code: "not-found" });
    await expect(deleteWindow(world.stranger, { windowId })).rejects.toMatchObject({ code: "not-found" });
    await expect(createWindow(world.teammate, once())).rejects.toMatchObject({ code: "forbidden" });
    await expect(updateWindow(world.teammate, { windowId, enabled: false })).rejects.toMatchObject({
      code: "forbidden",
    });
    await addMember(world.database, projectId, world.teammate, "member");
    await updateWindow(world.teammate, { windowId, enabled: false });
    await addMember(world.database, projectId, world.teammate, "viewer");
    expect(await onlyWindow()).toMatchObject({ enabled: false, next: null });
  });

  test("name jobs: only those of the project", async () => {
    const { rows } = await world.database.pool.query<{ id: string }>("SELECT id FROM projects WHERE id <> $1", [
      projectId,
    ]);
    const { id } = await createJob(world.system, { projectId: rows[0]?.id ?? "", slug: "theirs" });
    await expect(createWindow(world.owner, once({ jobs: [id] }))).rejects.toMatchObject({ field: "jobs" });
  });
});

describe("what is held", () => {
  test("is listed with its window, and told as soon as that is taken away", async () => {
    await makeChannel(world.database, { id: projectId, pingKey: "" });
    const { id: windowId } = await createWindow(world.owner, once());
    await openIncident(world.database, { id: projectId, pingKey: "" }, { name: "backup" });
    await planNow(world.database);
    const { held, windows, now } = await viewCalendar(world.owner, { projectId });
    expect(held).toMatchObject([{ jobName: "backup", event: "opened", window: "Move", until: windows[0]?.next?.end }]);
    expect((held[0]?.until ?? 0) - now).toBeGreaterThan(HOUR);
    await deleteWindow(world.owner, { windowId });
    await planNow(world.database);
    expect(await listPlanned(world.database)).toHaveLength(1);
  });

  test("is told when the window is cut short, and not while it is lengthened", async () => {
    await makeChannel(world.database, { id: projectId, pingKey: "" });
    const { id: windowId } = await createWindow(world.owner, once());
    await openIncident(world.database, { id: projectId, pingKey: "" }, { name: "backup" });
    await planNow(world.database);
    await updateWindow(world.owner, { windowId, endsAt: soon(5) });
    await planNow(world.database);
    expect(await listHolds(world.database)).toMatchObject([{ hold: "window", waits: true }]);
    await updateWindow(world.owner, { windowId, enabled: false });
    await planNow(world.database);
    expect(await listHolds(world.database)).toMatchObject([{ hold: null, waits: false }]);
  });
});

test("a job knows the window that it is in, or the next one", async () => {
  const { id: jobId } = await createJob(world.owner, { projectId, slug: "backup", tags: ["db"] });
  await createWindow(world.owner, once({ name: "Later", startsAt: soon(5), endsAt: soon(6), tags: ["db"] }));
  await createWindow(world.owner, once({ name: "Others", tags: ["web"] }));
  const { next, current } = await windowsOfJob(world.teammate, { jobId });
  expect([current, next?.name, (next?.end ?? 0) - (next?.start ?? 0)]).toEqual([null, "Later", HOUR]);
  await createWindow(world.owner, once({ name: "Now" }));
  expect((await windowsOfJob(world.owner, { jobId })).current?.name).toBe("Now");
  const at = world.services.clock.now();
  await offsetClock(world.database, 3 * HOUR);
  await world.services.clock.refresh();
  expect((await windowsOfJob(world.owner, { jobId })).current).toBeNull();
  expect((await windowsOfJob(world.owner, { jobId, at })).current?.name).toBe("Now");
  expect((await windowsOfJob(world.owner, { jobId, at: at - HOUR })).current).toBeNull();
  await expect(windowsOfJob(world.stranger, { jobId })).rejects.toMatchObject({ code: "not-found" });
});
