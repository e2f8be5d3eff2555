import type { PoolClient } from "pg";
import { type Held, heldBefore } from "../domain/alerting/held.ts";
import type { Plan } from "../domain/alerting/plan.ts";
import { type Column, sourceOf, valuesOf } from "./columns.ts";

type HeldRow = Held & { id: string };

const COLUMNS: readonly Column<HeldRow>[] = [
  ["id", "uuid", (row) => row.id],
  ["reason", "text", (row) => row.reason],
  ["detail", "text", (row) => row.detail],
];

// Two upstreams may take turns for hours: each is noted once.
const NOTE = `UPDATE alerts a SET facts = jsonb_set(a.facts, '{held}', coalesce(a.facts -> 'held', '[]') || y.held)
  FROM (
    SELECT x.id, jsonb_build_array(jsonb_build_object('reason', x.reason, 'detail', x.detail)) AS held FROM ${sourceOf(COLUMNS)}
  ) y
  WHERE a.id = y.id AND NOT coalesce(a.facts -> 'held' @> y.held, false)`;

/** Keeps in the facts of alerts what held them back until now: their messages say it. */
export async function noteHeld(client: PoolClient, { held, planned }: Plan): Promise<void> {
  const ended = [
    ...held.map(({ alert, hold }) => ({ id: alert.id, held: heldBefore(alert, hold) })),
    ...planned.filter(({ reached }) => reached).map(({ alert }) => ({ id: alert.id, held: heldBefore(alert, null) })),
  ];
  const rows = ended.flatMap(({ id, held: before }) => (before === null ? [] : [{ id, ...before }]));
  if (rows.length > 0) await client.query(NOTE, valuesOf(COLUMNS, rows));
}
