import { openGround } from "./ground.ts";
import { benchPings } from "./pings.ts";

const ground = await openGround();
try {
  console.log(await benchPings(ground, { jobs: 1_000, connections: 50 }));
} finally {
  await ground.close();
}
