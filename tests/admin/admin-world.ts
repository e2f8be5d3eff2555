import { runAdmin } from "../../lib/server/admin/run.ts";
import type { Services } from "../../lib/services/context.ts";
import { openServices, PASSWORD } from "../services/world.ts";
import type { TestDatabase } from "../support/database.ts";

/** An installation with an owner and a project, as its command line sees it. */
export class AdminWorld {
  readonly services: Services;
  readonly database: TestDatabase;
  project = { id: "", name: "", pingKey: "" };
  /** Of the jobs made so far; the latest is called job-<slugs>. */
  slugs = 0;

  private constructor(services: Services, database: TestDatabase) {
    this.services = services;
    this.database = database;
  }

  static async open(): Promise<AdminWorld> {
    const { services, database } = await openServices({ allowPrivateTargets: ["127.0.0.0/8"] });
    const world = new AdminWorld(services, database);
    await world.run("create-user", "--email", "owner@example.org", "--password", PASSWORD);
    world.project = await world.run("create-project", "--name", "Night shift", "--owner", "Owner@example.org");
    return world;
  }

  /** What the command prints. */
  async admin(...words: string[]) {
    const ctx = { ...this.services, actor: { kind: "system" as const } };
    const { ok, output } = await runAdmin(words, () => Promise.resolve({ ctx, close: () => Promise.resolve() }));
    return { ok, output: JSON.parse(JSON.stringify(output)) };
  }

  /** What a command that succeeds prints. */
  async run(...words: string[]) {
    const { ok, output } = await this.admin(...words);
    if (!ok) throw new Error(JSON.stringify(output));
    return output;
  }

  /** The sentence of a command that fails. */
  async failure(...words: string[]): Promise<string> {
    const { ok, output } = await this.admin(...words);
    if (ok || Object.keys(output).join() !== "error") throw new Error(`It did not fail: ${JSON.stringify(output)}`);
    return output.error;
  }

  async newJob(...words: string[]): Promise<string> {
    this.slugs += 1;
    return (await this.run("create-job", "--project", this.project.id, "--slug", `job-${this.slugs}`, ...words)).id;
  }
}
