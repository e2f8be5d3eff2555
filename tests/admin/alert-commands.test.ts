import { beforeAll, describe, expect, test } from "vitest";
import { book } from "../services/world.ts";
import { openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { AdminWorld } from "./admin-world.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: AdminWorld;
let services: AdminWorld["services"];
let project: AdminWorld["project"];

beforeAll(async () => {
  world = await AdminWorld.open();
  ({ services, project } = world);
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);
const newJob = (...words: string[]) => world.newJob(...words);

describe("alerts", () => {
  test("create-channel", async () => {
    const create = (...words: string[]) => run("create-channel", "--project", project.id, "--kind", ...words);
    expect(await create("slack", "--url", "https://hooks.slack.com/services/T/B/x")).toEqual({
      id: expect.any(String),
      warnings: [],
    });
    expect(await create("webhook", "--url", "http://127.0.0.1:8080/hook")).toEqual({
      id: expect.any(String),
      warnings: [],
    });
    expect(
      await failure("create-channel", "--project", project.id, "--kind", "email", "--to", "a@example.org"),
    ).toMatch(/SMTP_URL/);
    expect(await failure("create-channel", "--project", project.id, "--kind", "pager", "--to", "x")).toMatch(
      /slack, email, webhook/,
    );
    expect(await failure("create-channel", "--project", project.id, "--kind", "slack")).toMatch(/./);
    expect(await failure("create-channel", "--project", project.id, "--kind", "slack", "--to", "x")).toMatch(
      /it takes: url/,
    );
  });

  test("create-channel takes every setting of a kind as JSON", async () => {
    const words = ["create-channel", "--project", project.id, "--kind"];
    const settings = JSON.stringify({ url: "https://example.org/hook", method: "PUT" });
    expect(await run(...words, "webhook", "--settings", settings)).toEqual({ id: expect.any(String), warnings: [] });
    expect(await failure(...words, "pagerduty", "--settings", '{"routingKey":"x"}')).toMatch(/32 letters and digits/);
    expect(await failure(...words, "webhook", "--settings", "url=x")).toMatch(/--settings takes JSON/);
    expect(await failure(...words, "webhook", "--settings", '{"url":3}')).toMatch(/"url" must be a text in quotes/);
  });

  test("incidents and deliveries", async () => {
    const own = await run("create-project", "--name", "Alerts", "--owner", "owner@example.org");
    const channel = await run(
      "create-channel",
      "--project",
      own.id,
      "--kind",
      "webhook",
      "--url",
      "http://127.0.0.1:8080/hook",
    );
    const { id: jobId } = await run("create-job", "--project", own.id, "--slug", "backup");
    expect(await run("incidents", "--project", own.id)).toEqual({ incidents: [] });
    expect(await run("deliveries", "--project", own.id)).toEqual({ deliveries: [] });
    await book({ services }, jobId, { action: "fail", host: "db-03" });
    await book({ services }, jobId, { action: "success" });
    await book({ services }, jobId, { action: "fail", exitCode: 3, host: "db-03" });
    const { incidents } = await run("incidents", "--project", own.id);
    const [open, resolved] = incidents;
    const of = { jobSlug: "backup", jobName: "backup", host: "db-03" };
    expect(incidents).toEqual([
      {
        ...{
          id: open.id,
          jobId,
          ...of,
          exitCode: 3,
          cause: "failed",
          state: "open",
          openedAt: expect.stringMatching(ISO),
          resolvedAt: null,
        },
        ...UNTOUCHED,
      },
      {
        ...{ id: resolved.id, jobId, ...of, exitCode: null, cause: "failed", state: "resolved" },
        ...{ openedAt: expect.stringMatching(ISO), resolvedAt: expect.stringMatching(ISO), ...UNTOUCHED },
      },
    ]);
    const delivery = { id: expect.any(String), channelId: channel.id, state: "pending", attempts: 0, lastError: null };
    expect(await run("deliveries", "--project", own.id)).toEqual({
      deliveries: [
        { ...delivery, incidentId: open.id, event: "opened" },
        { ...delivery, incidentId: resolved.id, event: "resolved" },
        { ...delivery, incidentId: resolved.id, event: "opened" },
      ],
    });
    expect(await failure("incidents", "--project", NOBODY)).toMatch(/no project/);
    expect(await failure("deliveries", "--project", NOBODY)).toMatch(/no project/);
  });
});

/** Of an incident about which nobody has done anything. */
const UNTOUCHED = { acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null, mutedAt: null, outageId: null };

describe("incidents", () => {
  test("are acknowledged, snoozed, muted and noted", async () => {
    const jobId = await newJob();
    await book({ services }, jobId, { action: "fail" });
    const { incidents } = await run("incidents", "--project", project.id);
    const { id } = incidents.find((incident: { jobId: string }) => incident.jobId === jobId);
    const act = (...words: string[]) => run(...words, "--incident", id);
    const known = { id, state: "open", changed: true, ...UNTOUCHED };
    const acknowledged = { acknowledgedAt: expect.stringMatching(ISO), acknowledgedBy: "the command line" };
    expect(await act("acknowledge")).toEqual({ ...known, ...acknowledged });
    expect(await act("acknowledge")).toEqual({ ...known, ...acknowledged, changed: false });
    expect(await act("unacknowledge")).toEqual(known);
    expect(await act("snooze")).toEqual({ ...known, snoozedUntil: expect.stringMatching(ISO) });
    expect(await act("snooze", "--until", "success")).toEqual({ ...known, snoozedUntil: "success" });
    expect(await act("unsnooze")).toEqual(known);
    expect(await act("mute")).toEqual({ ...known, mutedAt: expect.stringMatching(ISO) });
    expect(await act("unmute")).toEqual(known);
    expect(await act("note", "--text", "It was the disk.")).toEqual(known);
    expect(await failure("snooze", "--incident", id, "--for", "soon")).toMatch(/"soon" is no duration/);
    expect(await failure("mute", "--incident", NOBODY)).toMatch(/no incident with the id/);
  });

  test("of an outage are handled at once by the outage's id, which webhooks carry", async () => {
    const { database } = services;
    const own = await run("create-project", "--name", "Outage", "--owner", "owner@example.org");
    const target = { ...project, id: own.id };
    const mates = [];
    for (const name of ["a", "b", "c"]) mates.push(await openIncident(database, target, { name, host: "db-03" }));
    await planNow(database);
    const outageOf = async () => (await run("incidents", "--project", own.id)).incidents[0].outageId;
    const outageId = await outageOf();
    expect(outageId).toEqual(expect.any(String));
    const act = (...words: string[]) => run(...words, "--incident", outageId);
    expect(await act("acknowledge")).toEqual({ outageId, openIncidents: 3, changedIncidents: 3 });
    expect(await act("acknowledge")).toEqual({ outageId, openIncidents: 3, changedIncidents: 0 });
    for (const mate of mates.slice(0, 2)) await resolveIncident(database, mate);
    expect(await act("snooze", "--for", "2h")).toEqual({ outageId, openIncidents: 1, changedIncidents: 1 });
    expect(await act("note", "--text", "The disk.")).toEqual({ outageId, openIncidents: 1, changedIncidents: 1 });
    for (const mate of mates.slice(2)) await resolveIncident(database, mate);
    expect(await failure("mute", "--incident", outageId)).toMatch(/This outage is over/);
  });

  test("are named by their job's slug where exactly one is open", async () => {
    const own = await run("create-project", "--name", "Slugs", "--owner", "owner@example.org");
    const { id: jobId } = await run("create-job", "--project", own.id, "--slug", "db-backup");
    const words = ["acknowledge", "--incident", "db-backup", "--project", "Slugs"];
    expect(await failure(...words)).toMatch(/no incident of it is open/);
    await book({ services }, jobId, { action: "fail" });
    const [{ id }] = (await run("incidents", "--project", own.id)).incidents;
    expect(await run(...words)).toMatchObject({ id, changed: true });
    await services.database.pool.query(
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       VALUES ($1, $2, $3, 2, 'warning', 'slow', 'open', 1, belfry_now())`,
      [NOBODY, jobId, own.id],
    );
    expect(await failure(...words)).toBe(`Several incidents of this job are open; give an id: ${id}, ${NOBODY}.`);
    expect(await failure("mute", "--incident", "db-backups", "--project", "Slugs")).toMatch(
      /There is no job with the id "db-backups" in this project.*"db-backup"/,
    );
  });
});
