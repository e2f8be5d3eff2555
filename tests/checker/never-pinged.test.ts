import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY, MINUTE } from "../../lib/domain/time.ts";
import { listIncidents } from "../../lib/services/incidents.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { getJob } from "../../lib/services/jobs.ts";
import { listPlanned, planNow } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { makeChannel } from "../support/jobs.ts";
import { book, openWorld, sweepJob, type World } from "../services/world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.database.close());

test("a job that was set up and never pinged is told of, and in order with its first ping", async () => {
  const projectId = world.project.id;
  await makeChannel(world.database, { id: projectId, pingKey: "" });
  const { id: jobId } = await createJob(world.owner, { projectId, slug: "backup", schedule: "0 * * * *" });
  const now = world.services.clock.now();
  await offsetClock(world.database, DAY + MINUTE);
  await sweepJob(world, jobId, now + DAY + MINUTE);
  await planNow(world.database);
  const told = async () => (await listPlanned(world.database)).map(({ event }) => event);
  expect(await told()).toEqual(["opened"]);
  expect(await getJob(world.owner, { jobId })).toMatchObject({ status: "new", warning: "never-pinged" });
  await book(world, jobId, { action: "start", receivedAt: now + DAY + 2 * MINUTE });
  expect(await told()).toEqual(["opened", "resolved"]);
  const { incidents } = await listIncidents(world.owner, { projectId });
  expect(incidents).toMatchObject([{ cause: "never-pinged", state: "resolved", resolveReason: "recovered" }]);
});
