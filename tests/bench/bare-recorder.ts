import type { Pool } from "pg";
import { BatchBuffer, type Verdict } from "../../lib/ping/buffer.ts";
import { makeTicket, type Ticket } from "../../lib/ping/ticket.ts";
import type { Booking } from "../../lib/ping/intake.ts";
import { pingStatements } from "../../lib/store/pings.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";

/** What any server that keeps pings has to do at least: the same rows, in batches, durable, and nothing that follows from them. */
export function createBareRecorder(pool: Pool): (booking: Booking, done: (verdict: Verdict) => void) => void {
  const pipeline = openPipeline(pool, LANES);
  const buffer = new BatchBuffer<Ticket>({
    lanes: LANES,
    async flush(tickets) {
      for (const statement of pingStatements(tickets)) await pipeline.query(statement);
      return tickets.map(() => "stored" as const);
    },
    answer: (ticket, verdict) => ticket.done(verdict),
  });
  return (booking, done) => {
    if (!buffer.push(makeTicket(booking, done))) done("unavailable");
  };
}

const LANES = 2;
