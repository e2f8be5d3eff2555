import type { Pool } from "pg";
import { BatchBuffer, type Verdict } from "../../lib/ping/buffer.ts";
import type { Booking } from "../../lib/ping/intake.ts";
import { makeTicket, type Ticket } from "../../lib/ping/ticket.ts";
import { namesOf, sourceOf, valuesOf } from "../../lib/store/columns.ts";
import { openPipeline, type Statement } from "../../lib/store/pipeline.ts";
import { PING_COLUMNS, pingStatements } from "../../lib/store/pings.ts";
import { RUN_COLUMNS } from "../../lib/store/transitions.ts";

const LANES = 2;

type BareRecorder = (booking: Booking, done: (verdict: Verdict) => void) => void;

/**
 * What any server that keeps pings has to do at least: their rows, in batches, durable, and nothing that follows from them.
 * With `runs` also the row of the run that each comes to: then these are all the rows that Belfry inserts for such pings.
 */
export function createBareRecorder(pool: Pool, { runs }: { runs: boolean }): BareRecorder {
  const pipeline = openPipeline(pool, LANES);
  const buffer = new BatchBuffer<Ticket>({
    lanes: LANES,
    async flush(tickets) {
      const [pings, ...bodies] = pingStatements(tickets);
      for (const statement of bodies) await pipeline.query(statement);
      const rows = runs ? rowsStatement(tickets) : pings;
      if (rows !== undefined) await pipeline.query(rows);
      return tickets.map(() => "stored" as const);
    },
    answer: (ticket, verdict) => ticket.done(verdict),
  });
  return (booking, done) => {
    if (!buffer.push(makeTicket(booking, done))) done("unavailable");
  };
}

const INSERT_ROWS = `WITH kept AS (
    INSERT INTO pings (${namesOf(PING_COLUMNS)}) SELECT ${namesOf(PING_COLUMNS)} FROM ${sourceOf(PING_COLUMNS)}
  )
  INSERT INTO runs (${namesOf(RUN_COLUMNS)})
  SELECT ${namesOf(RUN_COLUMNS)} FROM ${sourceOf(RUN_COLUMNS, PING_COLUMNS.length + 1)}`;

function rowsStatement(tickets: readonly Ticket[]): Statement {
  const values = [...valuesOf(PING_COLUMNS, tickets), ...valuesOf(RUN_COLUMNS, tickets.map(runOf))];
  return { name: "bare-rows", text: INSERT_ROWS, values };
}

let number = 1e9;

type RunRow = Parameters<(typeof RUN_COLUMNS)[number][2]>[0];

function runOf({ jobId, receivedAt, runId, source, hasBody, id }: Ticket): RunRow {
  number += 1;
  const nothing = {
    durationMs: null,
    finishBy: null,
    heartbeatAt: null,
    slowBy: null,
    heldUntil: null,
    exitCode: null,
  };
  return {
    jobId,
    value: {
      ...nothing,
      ...{
        number,
        outcome: "ok",
        slotAt: receivedAt,
        lastSlotAt: receivedAt,
        count: 1,
        finishedLate: false,
        ambiguous: false,
      },
      ...{ startedAt: receivedAt, finishedAt: receivedAt, settledAt: receivedAt, startSeen: false, reason: null },
      ...{ runId, source, host: null, output: hasBody ? { pingId: id, receivedAt } : null },
    },
  };
}
