import { expect, test } from "vitest";
import { openDatabase } from "../../lib/store/client.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import { createEmptyDatabase } from "../support/database.ts";

test("every session speaks UTC and compiles no query, whatever the server is set to", async () => {
  const { url, pool } = await createEmptyDatabase();
  const name = new URL(url).pathname.slice(1);
  await pool.query(`ALTER DATABASE "${name}" SET jit = on`);
  await pool.query(`ALTER DATABASE "${name}" SET TimeZone = 'Asia/Kathmandu'`);
  const database = openDatabase({ url });
  const pipeline = openPipeline(database.pool, 1);
  const settings = `SELECT current_setting('jit') AS jit, current_setting('TimeZone') AS zone`;
  for (const sessions of [database.pool, pipeline]) {
    expect((await sessions.query(settings)).rows).toEqual([{ jit: "off", zone: "UTC" }]);
  }
  await pipeline.end();
  await database.close();
});
