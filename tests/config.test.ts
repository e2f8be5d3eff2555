import { describe, expect, it } from "vitest";
import { childEnvironment, readConfig } from "../lib/config.ts";

describe("pings by mail", () => {
  it("are off until they have a port", () => {
    expect(readConfig({}).mailPort).toBeNull();
    expect(readConfig({ MAIL_PORT: " 2525 " }).mailPort).toBe(2525);
  });

  it("listen where everything else does, unless told otherwise", () => {
    expect(readConfig({ MAIL_PORT: "2525" }).mailHost).toBe("127.0.0.1");
    expect(readConfig({ MAIL_PORT: "2525", HOST: "0.0.0.0" }).mailHost).toBe("0.0.0.0");
    expect(readConfig({ MAIL_PORT: "2525", HOST: "0.0.0.0", MAIL_HOST: "192.0.2.7" }).mailHost).toBe("192.0.2.7");
  });

  it.each([
    [{}, "localhost", false],
    [{ BASE_URL: "https://belfry.example.org:8443" }, "belfry.example.org", false],
    [{ BASE_URL: "http://192.0.2.7:3000" }, "[192.0.2.7]", false],
    [{ BASE_URL: "http://[2001:db8::1]:3000" }, "[IPv6:2001:db8::1]", false],
    [{ BASE_URL: "https://belfry.example.org", MAIL_DOMAIN: "ping.example.org" }, "ping.example.org", true],
    [{ MAIL_DOMAIN: "pünktlich.example" }, "pünktlich.example", true],
  ])("%j has addresses at %s", (env, mailDomain, mailDomainSet) => {
    expect(readConfig(env)).toMatchObject({ mailDomain, mailDomainSet });
  });

  it.each([
    [{ MAIL_PORT: "smtp" }, 'MAIL_PORT="smtp" cannot be used: set a whole number from 0 to 65535.'],
    [{ MAIL_PORT: "65536" }, 'MAIL_PORT="65536" cannot be used: set a whole number from 0 to 65535.'],
    [
      { MAIL_DOMAIN: "a@b.example" },
      'MAIL_DOMAIN="a@b.example" cannot be used: set a host name only, like ping.example.org.',
    ],
    [
      { MAIL_DOMAIN: "b..example" },
      'MAIL_DOMAIN="b..example" cannot be used: set a host name only, like ping.example.org.',
    ],
  ])("%j is refused in one sentence", (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  it("are the same for a child process", () => {
    for (const env of [{}, { MAIL_PORT: "2525", MAIL_HOST: "192.0.2.7", MAIL_DOMAIN: "ping.example.org" }]) {
      const config = readConfig(env);
      expect(readConfig(childEnvironment(config, {}))).toEqual(config);
    }
  });
});

describe("channels that run programs", () => {
  it("are off until the operator allows them", () => {
    expect(readConfig({}).shellChannels).toBe(false);
    expect(readConfig({ SHELL_CHANNELS: "allow" }).shellChannels).toBe(true);
    expect(() => readConfig({ SHELL_CHANNELS: "yes" })).toThrow("set one of off, allow.");
  });

  it("are the same for a child process", () => {
    const config = readConfig({ SHELL_CHANNELS: "allow" });
    expect(readConfig(childEnvironment(config, {}))).toEqual(config);
  });
});
