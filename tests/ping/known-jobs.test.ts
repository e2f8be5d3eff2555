import { expect, it } from "vitest";
import { createKnownJobs } from "../../lib/ping/known-jobs.ts";
import { MINUTE } from "../../lib/domain/time.ts";
import { encodeMemory } from "../../lib/store/memory.ts";
import { every, Scenario } from "../support/scenario.ts";

const START = Date.UTC(2026, 2, 1, 3);

const FACTS = { projectId: crypto.randomUUID(), checkAt: null, pingPolicy: null };

it("gives back what it learnt, whether the memory grew or shrank, and the same for each job", () => {
  const known = createKnownJobs();
  const jobs = [new Scenario(every(MINUTE)), new Scenario(every(MINUTE))].map((scenario) => {
    const jobId = crypto.randomUUID();
    scenario.state = { ...scenario.state, job: { ...scenario.state.job, id: jobId } };
    return { scenario, jobId };
  });
  for (let minute = 0; minute < 40; minute++) {
    for (const [index, { scenario, jobId }] of jobs.entries()) {
      // A run id makes records longer.
      const runId = minute % 7 < 3 ? crypto.randomUUID() : null;
      scenario.ping(minute % 5 === 4 ? "fail" : "success", START + minute * MINUTE + index, { runId });
      const before = known.find([jobId]).jobs.get(jobId)?.written ?? null;
      const written = encodeMemory(scenario.state, before);
      const { job, gaps } = scenario.state;
      known.learn([{ ...FACTS, job, gaps, bytes: written.bytes }], { version: String(minute), gapsVersion: 0 });
    }
    const { jobs: found } = known.find(jobs.map(({ jobId }) => jobId));
    for (const { scenario, jobId } of jobs) {
      expect(found.get(jobId)).toMatchObject({ ...FACTS, state: scenario.state, version: String(minute) });
    }
  }
});

it("knows nothing of a job that was forgotten, or evaluated with fewer of our gaps", () => {
  const known = createKnownJobs();
  const { state } = new Scenario(every(MINUTE));
  const learn = (id: string, gapsVersion: number) => {
    const { bytes } = encodeMemory(state);
    known.learn([{ ...FACTS, job: { ...state.job, id }, gaps: [], bytes }], { version: "1", gapsVersion });
  };
  learn("old", 0);
  learn("gone", 1);
  learn("new", 1);
  known.forget(["gone"]);
  expect([...known.find(["old", "gone", "new"]).jobs.keys()]).toEqual(["new"]);
});
