// The npm client of Healthchecks, told another address. HC_UUID is the job, HC_URL the address for pings.
import { HealthChecksPingClient } from "healthchecks-io-client";

const client = new HealthChecksPingClient({
  uuid: process.env.HC_UUID,
  baseUrl: process.env.HC_URL,
  returnResponse: true,
});

const answers = [
  await client.start(),
  await client.success("42 rows copied"),
  await client.fail("disk quota exceeded"),
  await client.success(),
];
console.log(JSON.stringify(answers));
