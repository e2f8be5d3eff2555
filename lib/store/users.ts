import { randomUUID } from "node:crypto";
import type { Queryable } from "./queryable.ts";

export type UserRow = { id: string; email: string; name: string; operator: boolean };

/** Makes concurrent first sign-ups wait for each other, until the transaction ends. */
export async function lockUsers(client: Queryable): Promise<void> {
  await client.query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE");
}

export async function hasUsers(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>("SELECT EXISTS (SELECT 1 FROM users) AS found");
  return rows[0]?.found ?? false;
}

/** `email` in lower case. */
export async function findUserByEmail(database: Queryable, email: string): Promise<UserRow | null> {
  const { rows } = await database.query<UserRow>("SELECT id, email, name, operator FROM users WHERE email = $1", [
    email,
  ]);
  return rows[0] ?? null;
}

export async function findUserName(database: Queryable, userId: string): Promise<string | null> {
  const { rows } = await database.query<{ name: string }>("SELECT name FROM users WHERE id = $1", [userId]);
  return rows[0]?.name ?? null;
}

/** Whoever has this address and is a member of the project, or an operator; `role` null: no member. */
export async function findPersonOfProject(
  database: Queryable,
  projectId: string,
  email: string,
): Promise<{ id: string; name: string; role: string | null } | null> {
  const { rows } = await database.query<{ id: string; name: string; role: string | null }>(
    `SELECT u.id, u.name, m.role FROM users u LEFT JOIN members m ON m.user_id = u.id AND m.project_id = $1
     WHERE u.email = $2 AND (u.operator OR m.role IS NOT NULL)`,
    [projectId, email],
  );
  return rows[0] ?? null;
}

/** Makes an account that signs in by password; the first one is the operator. Call `lockUsers` before. */
export async function insertUser(
  client: Queryable,
  input: { email: string; name: string; passwordHash: string },
): Promise<UserRow> {
  const { rows } = await client.query<UserRow>(
    `WITH new_user AS (
       INSERT INTO users (id, email, name, operator, updated_at)
       VALUES ($1, $2, $3, NOT EXISTS (SELECT 1 FROM users), belfry_now())
       RETURNING id, email, name, operator
     ), credential AS (
       INSERT INTO accounts (id, user_id, account_id, provider_id, password, updated_at)
       SELECT $4, id, id, 'credential', $5, belfry_now() FROM new_user
     )
     SELECT * FROM new_user`,
    [randomUUID(), input.email, input.name, randomUUID(), input.passwordHash],
  );
  const [user] = rows;
  if (user === undefined) throw new Error("The insert of a user returned nothing.");
  return user;
}

/** Sets the password and ends every session of that account. */
export async function updatePassword(client: Queryable, userId: string, passwordHash: string): Promise<void> {
  await client.query(
    `INSERT INTO accounts (id, user_id, account_id, provider_id, password, updated_at)
     VALUES ($1, $2, $2, 'credential', $3, belfry_now())
     ON CONFLICT (provider_id, account_id) DO UPDATE SET password = excluded.password, updated_at = excluded.updated_at`,
    [randomUUID(), userId, passwordHash],
  );
  await client.query("DELETE FROM sessions WHERE user_id = $1", [userId]);
}
