import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeliveryError } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender } from "../../lib/delivery/http.ts";
import { maskUrl, parseTargetUrl } from "../../lib/delivery/settings/address.ts";
import { startHttpSink, type HttpSink } from "../support/http-sink.ts";

describe("the address rule", () => {
  const rule = createAddressRule([]);

  test.each([
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fd00::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "198.18.0.1",
    "nonsense",
    "",
  ])("refuses %s", (address) => {
    expect(rule.allows(address)).toBe(false);
  });

  test.each(["8.8.8.8", "2a00:1450:4001:81b::200e"])("allows %s", (address) => {
    expect(rule.allows(address)).toBe(true);
  });

  test("allows what the operator allowed, and nothing beside it", () => {
    const own = createAddressRule(["10.1.0.0/16", "fd00:7::/32"]);
    expect(own.allows("10.1.2.3")).toBe(true);
    expect(own.allows("::ffff:10.1.2.3")).toBe(true);
    expect(own.allows("fd00:7::1")).toBe(true);
    expect(own.allows("10.2.0.1")).toBe(false);
    expect(own.allows("fd00:8::1")).toBe(false);
    expect(own.allows("127.0.0.1")).toBe(false);
  });
});

describe("calls", () => {
  let sink: HttpSink;
  beforeAll(async () => {
    sink = await startHttpSink();
  });
  afterAll(() => sink.close());

  async function refusal(networks: string[], url: string): Promise<DeliveryError> {
    const http = openHttpSender(createAddressRule(networks));
    try {
      const call = { url, headers: {}, body: "{}", signal: new AbortController().signal };
      return await http.call(call).then(
        () => expect.unreachable("the call went through"),
        (error: DeliveryError) => error,
      );
    } finally {
      await http.close();
    }
  }

  test.each(["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "localhost", "127.1"])(
    "to %s never leave, and that is for good",
    async (host) => {
      const port = new URL(sink.url).port;
      const error = await refusal([], `http://${host}:${port}/`);
      expect(error).toMatchObject({ name: "DeliveryError", permanent: true, status: null });
      expect(error.answer).toContain("ALLOW_PRIVATE_TARGETS");
      expect(sink.requests).toHaveLength(0);
    },
  );

  test("go where the operator allows it, by address and by name", async () => {
    const http = openHttpSender(createAddressRule(["127.0.0.0/8"]));
    const port = new URL(sink.url).port;
    const call = { headers: {}, body: "{}", signal: new AbortController().signal };
    expect((await http.call({ ...call, url: sink.url })).status).toBe(200);
    expect((await http.call({ ...call, url: `http://localhost:${port}/` })).status).toBe(200);
    await http.close();
  });

  test("to a name that does not exist may be tried again", async () => {
    const error = await refusal([], "http://does-not-exist.invalid/");
    expect(error.permanent).toBe(false);
    expect(error.answer).toMatch(/name/);
  });
});

describe("addresses that people type", () => {
  const rule = createAddressRule([]);
  const parse = (value: string) => parseTargetUrl(value, rule, "url", "https://example.org/x");

  test.each([
    ["", "Paste the whole address"],
    ["hooks.slack.com/services/x", "not a web address"],
    ["ftp://example.org/x", "must begin with https://"],
    ["javascript:alert(1)", "must begin with https://"],
    ["https://user:pw@example.org/x", "Leave user name and password out"],
    ["http://example.org:25/", "Port 25"],
    ["http://127.0.0.1:9000/hook", "ALLOW_PRIVATE_TARGETS"],
    ["http://2130706433/", "127.0.0.1 is a private address"],
    ["http://[::1]/", "::1 is a private address"],
    [`https://example.org/${"x".repeat(3_000)}`, "not a web address"],
  ])("%j is refused with what is wrong", (value, sentence) => {
    expect(() => parse(value)).toThrow(sentence);
  });

  test("a good one is taken, and shown without its secret", () => {
    expect(maskUrl(parse(" https://hooks.slack.com/services/T0/B0/abcdefghijklmnop "))).toBe("hooks.slack.com/…mnop");
    expect(maskUrl(parse("https://example.org/hook"))).toBe("example.org/…");
    expect(maskUrl(parse("https://example.org"))).toBe("example.org");
  });
});
