import { resolve } from "node:path";
import { backup } from "../../store/backup.ts";
import type { BackupManifest } from "../../store/backup-manifest.ts";
import { restore } from "../../store/restore.ts";
import { checkSecretKey } from "../../store/secrets.ts";
import { type Command, required } from "./command.ts";

/** Commands about the whole installation. */
export const BACKUP_COMMANDS: readonly Command[] = [
  {
    name: "backup",
    summary: "Writes all data as of one moment into a new folder; the server may go on. Keep SECRET_KEY with it.",
    options: [{ name: "to", required: true, value: "DIR" }],
    async run({ database }, options) {
      const directory = resolve(required(options, "to"));
      return { to: directory, ...summaryOf(await backup(database.pool, directory)) };
    },
  },
  {
    name: "restore",
    summary: "Puts a backup into a new, empty database, with the server stopped and the SECRET_KEY of then.",
    options: [{ name: "from", required: true, value: "DIR" }],
    replacesData: true,
    async run({ database, secrets }, options) {
      const directory = resolve(required(options, "from"));
      const manifest = await restore(database.pool, directory, { check: (client) => checkSecretKey(client, secrets) });
      return { from: directory, ...summaryOf(manifest) };
    },
  },
];

function summaryOf({ madeAt, tables }: BackupManifest) {
  return { madeAt, tables: tables.length, rows: tables.reduce((sum, table) => sum + table.rows, 0) };
}
