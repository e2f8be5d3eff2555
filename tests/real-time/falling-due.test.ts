import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject, ping, WITHOUT_PAGES } from "../support/ping-program.ts";
import { Program } from "../support/program.ts";
import { LONG } from "../support/size.ts";

const MINUTE = 60_000;
const JOBS = LONG ? 2_000 : 500;

describe(`${JOBS} jobs that fall due while the server is killed five times`, () => {
  let program: Program;
  let sink: HttpSink;
  afterAll(() => Promise.all([program?.stop(), sink?.close()]));

  it("make an incident each, and every delivery arrives at least once", { timeout: 5 * MINUTE }, async () => {
    sink = await startHttpSink();
    program = await Program.start({
      env: { BELFRY_ROLES: WITHOUT_PAGES, LOG_LEVEL: "warn", ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" },
    });
    const project = await makeProject(program);
    await program.admin("create-channel", "--project", project.id, "--kind", "webhook", "--url", `${sink.url}/hook`);
    const schedule = encodeURIComponent("every 20s");
    // As clients do: a few at a time, and again where no answer came.
    const create = async (n: number): Promise<void> => {
      const url = `${program.url}/ping/${project.pingKey}/job-${n}?create=1&schedule=${schedule}&grace=5s`;
      await eventually(async () => expect(await ping(url)).toBeOneOf([200, 201]), MINUTE);
    };
    for (let n = 0; n < JOBS; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => create(n + index)));
    }

    await wait(23_000); // real time: the jobs' own interval
    for (let kill = 0; kill < 5; kill += 1) {
      await wait(1_000);
      await program.end("SIGKILL");
      await program.start();
    }

    type Deliveries = { deliveries: { id: string; state: string; event: string }[] };
    await eventually(async () => {
      const { deliveries } = await program.admin<Deliveries>("deliveries", "--project", project.id);
      expect(deliveries.filter((delivery) => delivery.event === "opened" && delivery.state === "sent")).toHaveLength(
        JOBS,
      );
    }, 2 * MINUTE);

    const { incidents } = await program.admin<{ incidents: { jobId: string; cause: string }[] }>(
      "incidents",
      "--project",
      project.id,
    );
    expect(new Set(incidents.map((incident) => incident.jobId)).size).toBe(JOBS);
    expect(incidents).toHaveLength(JOBS);
    expect(incidents.every((incident) => incident.cause === "missed")).toBe(true);
    // One message may tell of many of them.
    const slugs = new Set(sink.requests.flatMap(({ body }) => body.match(/"slug":"job-\d+"/g) ?? []));
    expect(slugs.size).toBe(JOBS);
  });
});
