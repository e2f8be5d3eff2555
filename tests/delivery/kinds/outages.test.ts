import { beforeEach, describe, expect, test } from "vitest";
import { alertmanagerKind } from "../../../lib/delivery/kinds/alertmanager.ts";
import { githubKind } from "../../../lib/delivery/kinds/github.ts";
import { jiraServiceManagementKind } from "../../../lib/delivery/kinds/jira-service-management.ts";
import { pagerdutyKind } from "../../../lib/delivery/kinds/pagerduty.ts";
import { splunkOnCallKind } from "../../../lib/delivery/kinds/splunk-on-call.ts";
import type { AlertMessage } from "../../../lib/domain/message.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import {
  acting,
  ACTIONS,
  followUpMessage,
  outageMessage,
  outageOverMessage,
  partlyRecoveredMessage,
  stableMessage,
} from "../../support/outage-messages.ts";

const OUTAGE = "0198c0de-0000-7000-8000-0000000000aa";

const receiver = useReceiver();
beforeEach(() => {
  receiver.sink().reply(({ method }) => {
    if (method === "GET") return { status: 200, body: '[{"number":7}]' };
    return { status: 200, body: `{"number":7,"labels":[{"name":"belfry"},{"name":"belfry-${OUTAGE}"}]}` };
  });
});

/** Sends over each kind that keeps incidents of its own. */
const SEND: Readonly<Record<string, (message: AlertMessage) => Promise<unknown>>> = {
  pagerduty(message) {
    const { url } = receiver.sink();
    const kind = pagerdutyKind(receiver.http(), { us: url, eu: url });
    return receiver.send(kind, { routingKey: "0123456789abcdef0123456789ABCDEF" }, message);
  },
  jsm(message) {
    const { url } = receiver.sink();
    const kind = jiraServiceManagementKind(receiver.http(), { jsm: url, opsgenie: url, "opsgenie-eu": url });
    return receiver.send(kind, { key: "0123456789" }, message);
  },
  splunk: (message) =>
    receiver.send(splunkOnCallKind(receiver.http()), { url: `${receiver.sink().url}/alert/x/db` }, message),
  alertmanager: (message) => receiver.send(alertmanagerKind(receiver.http()), { server: receiver.sink().url }, message),
  github(message) {
    const settings = { repo: "acme/ops", token: "github_pat_0123456789abcdefghij", api: receiver.sink().url };
    return receiver.send(githubKind(receiver.http()), settings, message);
  },
};

/** Every id of an incident that came with a call, as `call id`. */
function keys(): string[] {
  const known = new RegExp(`${OUTAGE}|i-db-backup|i1`, "g");
  return receiver.sink().requests.map(({ method, path, body }) => {
    const [id = "none"] = `${path} ${body}`.match(known) ?? [];
    return `${method} ${id}`;
  });
}

describe.each(["pagerduty", "jsm", "splunk", "alertmanager"] as const)("%s", (kind) => {
  test.each([
    ["its first message", outageMessage],
    ["a follow-up", followUpMessage],
    ["a partial recovery", partlyRecoveredMessage],
  ])("an outage is one incident there: %s", async (_name, message) => {
    expect(await SEND[kind]?.(acting(message()))).toMatchObject({ accepted: true });
    expect(keys()).toEqual([`POST ${OUTAGE}`]);
    expect(receiver.sink().requests[0]?.body).not.toMatch(/"resolve"|RECOVERY|close/);
  });

  test("its end ends that, and what had been told alone before", async () => {
    expect(await SEND[kind]?.(outageOverMessage())).toMatchObject({ accepted: true });
    const all = receiver
      .sink()
      .requests.map(({ path, body }) => `${path} ${body}`)
      .join("\n");
    expect(all).toContain("i-db-backup");
    expect(all).toContain(OUTAGE);
    if (kind !== "alertmanager") expect(keys()).toEqual(["POST i-db-backup", `POST ${OUTAGE}`]);
  });

  test("a job that is stable again ends what was opened when it became unstable", async () => {
    await SEND[kind]?.(stableMessage());
    const [request] = receiver.sink().requests;
    expect(`${request?.path} ${request?.body}`).toMatch(/"resolve"|\/close\?|"RECOVERY"|"endsAt":"2025-03-04T05:00/);
  });
});

describe("github", () => {
  test("an outage is one issue, found by its label", async () => {
    await SEND.github?.(acting(followUpMessage()));
    expect(receiver.told().map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /repos/acme/ops/issues?state=all&per_page=1&labels=belfry-${OUTAGE}`,
      "POST /repos/acme/ops/issues/7/comments",
    ]);
  });

  test("its end closes that, and the issue of what had been told alone before", async () => {
    await SEND.github?.(outageOverMessage());
    const labels = receiver.told().flatMap(({ path }) => /labels=(.+)/.exec(path)?.[1] ?? []);
    expect(labels).toEqual(["belfry-i-db-backup", `belfry-${OUTAGE}`]);
    expect(receiver.told().filter(({ method }) => method === "PATCH")).toHaveLength(2);
  });
});

test.each(["github", "alertmanager", "splunk"])(
  "%s: links that act are not for everybody who reads there",
  async (kind) => {
    await SEND[kind]?.(acting(outageMessage()));
    for (const { body } of receiver.sink().requests) expect(body).not.toContain(ACTIONS[0]?.url);
  },
);
