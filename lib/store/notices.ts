import { randomUUID } from "node:crypto";
import type { NoticeFacts } from "../domain/notice.ts";
import { addChannels, addPeople } from "./deliveries-notices.ts";
import type { Queryable } from "./queryable.ts";

export type NewNotice = {
  projectId: string;
  facts: NoticeFacts;
  /** Channels that it is about. */
  except: readonly string[];
  mailWorks: boolean;
};

/**
 * Tells of something over the project's other working channels, else to its owners by mail, else to the operators.
 * @returns names of channels, or mail addresses; empty where nobody can be told.
 */
export async function insertNotice(client: Queryable, notice: NewNotice): Promise<string[]> {
  const { projectId, facts, except, mailWorks } = notice;
  const alertId = randomUUID();
  await client.query(
    `INSERT INTO alerts (id, project_id, event, sequence, created_at, facts)
     VALUES ($1, $2, 'notice', 1, belfry_now(), $3)`,
    [alertId, projectId, JSON.stringify(facts)],
  );
  const channels = await addChannels(client, { alertId, projectId, except });
  return channels.length > 0 ? channels : addPeople(client, { alertId, projectId, mailWorks });
}
