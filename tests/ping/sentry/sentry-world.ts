import { hashKey } from "../../../lib/store/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { makeProject, type TestProject } from "../../support/jobs.ts";
import { type PingServer, startPingServer } from "../../support/ping-server.ts";
import { checkIn, envelopeOf, type Item } from "./wire.ts";

export const KEY = "0123456789abcdef0123456789abcdef";

/** Of a check-in, or of an envelope. */
export const ID = "0f3b5c1eaaaa4bbb8ccc1234567890ab";
export const AUTH = { "X-Sentry-Auth": `Sentry sentry_version=7, sentry_client=t/1, sentry_key=${KEY}` };

type Row = Record<string, unknown>;

type Said = { status: number; body: string; headers: Headers };

/** A project with a DSN key, and a server that its SDKs report to. */
export class SentryWorld {
  readonly database: TestDatabase;
  readonly project: TestProject;
  readonly server: PingServer;

  private constructor(database: TestDatabase, project: TestProject, server: PingServer) {
    this.database = database;
    this.project = project;
    this.server = server;
  }

  static async open(): Promise<SentryWorld> {
    const database = await createTestDatabase();
    const project = await makeProject(database);
    await database.pool.query(
      "INSERT INTO api_keys (project_id, scope, hash, prefix) VALUES ($1, 'dsn', $2, '01234567')",
      [project.id, hashKey(KEY)],
    );
    return new SentryWorld(database, project, await startPingServer(database, { limits: { timeMs: 2_000 } }));
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.database.close();
  }

  rows = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await this.database.pool.query<Row>(sql, values)).rows;

  say = async (path: string, init: RequestInit = {}): Promise<Said> => {
    const response = await fetch(this.server.url + path, { method: "POST", headers: AUTH, ...init });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };

  send = (items: readonly Item[], header?: object): Promise<Said> =>
    this.say("/api/7/envelope/", { body: envelopeOf(items, header) });

  actionsOf = async (slug: string, environment = "production"): Promise<unknown[]> => {
    const pings = await this.rows(
      `SELECT p.action FROM all_pings p JOIN jobs j ON j.id = p.job_id WHERE j.slug = $1 AND j.environment = $2
       ORDER BY p.received_at, p.id`,
      slug,
      environment,
    );
    return pings.map(({ action }) => action);
  };

  runsOf = (slug: string): Promise<Row[]> =>
    this.rows(
      `SELECT outcome, reason, finished_late, duration_ms::int AS duration_ms
       FROM runs r JOIN jobs j ON j.id = r.job_id WHERE j.slug = $1 ORDER BY number`,
      slug,
    );
}

/** A check-in that says that all went well. */
export const ok = (slug: string, more: object = {}): Item => checkIn({ monitor_slug: slug, status: "ok", ...more });
