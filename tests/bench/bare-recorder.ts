import type { Pool } from "pg";
import type { Run } from "../../lib/domain/run.ts";
import { BatchBuffer, type Verdict } from "../../lib/ping/buffer.ts";
import type { Booking } from "../../lib/ping/intake.ts";
import { makeTicket, type Ticket } from "../../lib/ping/ticket.ts";
import { namesOf, sourceOf, valuesOf } from "../../lib/store/columns.ts";
import { openPipeline, type Statement } from "../../lib/store/pipeline.ts";
import { PING_COLUMNS, pingStatements } from "../../lib/store/pings.ts";
import { RUN_COLUMNS, type RunRow } from "../../lib/store/run-rows.ts";

const LANES = 2;

type BareRecorder = (booking: Booking, done: (verdict: Verdict) => void) => void;

/**
 * What any server that keeps pings has to do at least: `pings` writes a row for each, in batches, durable, and nothing that
 * follows from them. `rows` writes those rows that Belfry comes to: a run's for each, and a ping's where that has a body.
 */
export function createBareRecorder(pool: Pool, what: "pings" | "rows"): BareRecorder {
  const pipeline = openPipeline(pool, LANES);
  const statementsOf = what === "pings" ? pingStatements : rowStatements;
  const buffer = new BatchBuffer<Ticket>({
    lanes: LANES,
    async flush(tickets) {
      for (const statement of statementsOf(tickets)) await pipeline.query(statement);
      return tickets.map(() => "stored" as const);
    },
    answer: (ticket, verdict) => ticket.done(verdict),
  });
  return (booking, done) => {
    if (!buffer.push(makeTicket(booking, done))) done("unavailable");
  };
}

const INSERT_RUNS = `INSERT INTO runs (${namesOf(RUN_COLUMNS)}) SELECT ${namesOf(RUN_COLUMNS)} FROM `;
const INSERT_LONE = `${INSERT_RUNS}${sourceOf(RUN_COLUMNS)}`;
const INSERT_BOTH = `WITH kept AS (
    INSERT INTO pings (${namesOf(PING_COLUMNS)}) SELECT ${namesOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS)}
  )
  ${INSERT_RUNS}${sourceOf(RUN_COLUMNS, PING_COLUMNS.length + 1)}`;

function rowStatements(tickets: readonly Ticket[]): Statement[] {
  const runs = valuesOf(RUN_COLUMNS, tickets.map(rowOf));
  const own = tickets.filter(({ hasBody }) => hasBody);
  if (own.length === 0) return [{ name: "bare-lone", text: INSERT_LONE, values: runs }];
  const [, ...bodies] = pingStatements(own);
  return [...bodies, { name: "bare-both", text: INSERT_BOTH, values: [...valuesOf(PING_COLUMNS, own), ...runs] }];
}

let number = 1e9;

function rowOf(ticket: Ticket): RunRow {
  const { jobId, receivedAt, runId, source, hasBody, id } = ticket;
  number += 1;
  const run: Run = {
    number,
    outcome: "ok",
    slotAt: receivedAt,
    lastSlotAt: receivedAt,
    count: 1,
    startedAt: receivedAt,
    finishedAt: receivedAt,
    durationMs: null,
    finishBy: null,
    heartbeatAt: null,
    slowBy: null,
    heldUntil: null,
    finishedLate: false,
    exitCode: null,
    runId,
    host: null,
    source,
    ambiguous: false,
    startSeen: false,
    reason: null,
    settledAt: receivedAt,
    output: hasBody ? { pingId: id, receivedAt } : null,
  };
  return { jobId, run, isNew: true, ping: hasBody ? null : ticket };
}
