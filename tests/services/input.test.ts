import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createChannel, listChannels } from "../../lib/services/channels.ts";
import { actOnIncidents } from "../../lib/services/incident-actions.ts";
import { parseNote } from "../../lib/services/incident-input.ts";
import { typedLine, typedLines, typedText } from "../../lib/services/input.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { listMaskPatterns, updateProject } from "../../lib/services/project-settings.ts";
import { saveReports } from "../../lib/services/reports.ts";
import { createWindow, viewCalendar } from "../../lib/services/windows.ts";
import { openIncident } from "../support/alerting.ts";
import { openWorld, type World } from "./world.ts";

/** Neither the texts nor the JSON of PostgreSQL take these. */
const NUL = "\0";
const HALF = "\ud83d";

describe("what is typed", () => {
  test("loses what cannot be kept, and blanks around it", () => {
    expect(typedText(`${NUL} a${NUL}b\tc\nd${HALF} `)).toBe("ab\tc\nd\ufffd");
    expect(typedText("🔔 ünï")).toBe("🔔 ünï");
  });

  test("in one line has no control characters", () => {
    expect(typedLine("a\u0001\u0085b\nc\u007f")).toBe("a b c");
    expect(typedLines(["a", " a\0", "", "\n", "b"])).toEqual(["a", "b"]);
  });
});

describe("characters that PostgreSQL refuses are no failure", () => {
  let world: World;
  let projectId: string;

  beforeAll(async () => {
    world = await openWorld({ smtpUrl: "smtp://127.0.0.1:9" });
    projectId = world.project.id;
  });
  afterAll(() => world.database.close());

  const odd = (text: string): string => `${text.slice(0, 1)}${NUL}${text.slice(1)}`;

  test("in the name and the words of a window", async () => {
    await createJob(world.owner, { projectId, slug: "backup" });
    const words = { jobs: [odd("backup")], tags: [odd("db")], hosts: [odd("web-1"), `h${HALF}`] };
    const hours = { days: [1], from: "01:00", to: "02:00" };
    await createWindow(world.owner, { projectId, kind: "weekly", name: odd("Move"), ...hours, ...words });
    const { windows } = await viewCalendar(world.owner, { projectId });
    expect(windows).toMatchObject([
      { name: "Move", tags: ["db"], hosts: ["web-1", "h\ufffd"], jobs: [{ slug: "backup" }] },
    ]);
  });

  test("in the days of a calendar file", async () => {
    const event = [`SUMMARY:${odd("Feast")}${HALF}`, "DTSTART;VALUE=DATE:20991224", "RRULE:FREQ=YEARLY"];
    const ics = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", ...event, "END:VEVENT", "END:VCALENDAR"].join("\r\n");
    expect(await createWindow(world.owner, { projectId, kind: "holidays", name: "Days off", ics })).toMatchObject({
      leftOut: null,
    });
  });

  test("in what a project masks", async () => {
    await updateProject(world.owner, { projectId, mask: `${odd("acme-*")}\n${NUL}\npin\t*` });
    expect(await listMaskPatterns(world.owner, { projectId })).toEqual(["acme-*", "pin\t*"]);
  });

  test("in a channel's name and tags", async () => {
    const settings = { url: "https://hooks.example.org/x" };
    await createChannel(world.owner, {
      ...{ projectId, kind: "webhook", name: odd("Ops"), settings },
      rules: { tags: [odd("db"), `d${HALF}`] },
    });
    const [channel] = await listChannels(world.owner, { projectId });
    expect(channel).toMatchObject({ name: "Ops", rules: { tags: ["db", "d\ufffd"] } });
  });

  test("in a note", async () => {
    const { id } = await openIncident(world.database, { id: projectId, pingKey: "" }, { name: "report" });
    const note = parseNote(`Disk${NUL} full${HALF}`);
    expect(await actOnIncidents(world.owner, { incidentIds: [id], action: note })).toMatchObject({ changed: 1 });
  });

  test("in a job's texts and what it waits for", async () => {
    await createJob(world.owner, { projectId, slug: "sync", upstreams: [odd("backup")], tags: [odd("db")] });
    const described = { slug: "tidy", description: odd("All of it"), environment: odd("staging") };
    expect(await createJob(world.owner, { projectId, ...described })).toMatchObject({ id: expect.any(String) });
    const stranger = createJob(world.owner, { projectId, slug: "late", upstreams: [odd("nobody")] });
    await expect(stranger).rejects.toMatchObject({ code: "invalid", field: "upstreams" });
  });

  test("in the zone of reports", async () => {
    const saved = saveReports(world.owner, { projectId, periods: ["week"], timeZone: odd("UTC") });
    await expect(saved).rejects.toMatchObject({ code: "invalid", field: "timeZone" });
  });
});
