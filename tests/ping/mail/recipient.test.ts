import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missingReason, readRecipient } from "../../../lib/ping/mail/recipient.ts";

const ID = "7b0c9f0e-1111-4222-8333-00000000abcd";
const KEY = "bfp_AbCdEfGhIjKlMnOpQrStUvWx";
const DSN = "0123456789abcdef0123456789abcdef";

function read(address: string) {
  const recipient = readRecipient(address, null);
  if (recipient.kind === "unreadable") throw new Error(`${address}: ${recipient.reason}`);
  return recipient;
}

describe("addresses", () => {
  it.each([
    ["", "success", null],
    ["+start", "start", null],
    ["+fail", "fail", null],
    ["+log", "log", null],
    ["+skip", "skip", null],
    ["+0", "success", 0],
    ["+7", "fail", 7],
    ["+FAIL", "fail", null],
  ])("the ending %j means %s with exit status %s, by id and by slug", (ending, action, exitCode) => {
    const byId = { kind: "job", jobId: ID };
    expect(read(`${ID}${ending}@example.org`)).toMatchObject({ protocol: "mail", action, exitCode, address: byId });
    const bySlug = { kind: "slug", key: KEY, slug: "night-ly_1", environment: null };
    expect(read(`${KEY}+night-ly_1${ending}@example.org`)).toMatchObject({ action, exitCode, address: bySlug });
  });

  it("ids, slugs and DSN keys stay what they are where a mail program changes the case", () => {
    expect(read(`${ID.toUpperCase()}@EXAMPLE.ORG`).address).toEqual({ kind: "job", jobId: ID });
    const bySlug = { kind: "slug", key: DSN, slug: "nightly", environment: null };
    expect(read(`${DSN.toUpperCase()}+NIGHTLY@example.org`).address).toEqual(bySlug);
    expect(read(`${KEY}+Nightly@example.org`).address).toEqual({ ...bySlug, key: KEY });
  });

  it.each([
    "postmaster",
    "@example.org",
    "info@example.org",
    `${ID}+never@example.org`,
    `${ID}+256@example.org`,
    `${ID}+fail+fail@example.org`,
    `${KEY}@example.org`,
    `${KEY}+two words@example.org`,
    `${KEY}+nightly/fail@example.org`,
    `${KEY}+nightly?create=1@example.org`,
    `"${ID}"@example.org`,
    `${ID}%example.net@example.org`,
  ])("%s is none", (address) => {
    const recipient = readRecipient(address, null);
    expect(recipient).toEqual({
      kind: "unreadable",
      reason: expect.stringMatching(/^This is no address of a job.*\.$/),
    });
  });

  it("where a key may have lost its capitals the reason says so", () => {
    const hint = /Capitals count/;
    const slug = { kind: "slug", slug: "nightly", environment: null } as const;
    expect(missingReason({ ...slug, key: KEY.toLowerCase() })).toMatch(hint);
    expect(missingReason({ ...slug, key: KEY })).not.toMatch(hint);
    expect(missingReason({ ...slug, key: DSN })).not.toMatch(hint);
    expect(missingReason({ kind: "job", jobId: ID })).not.toMatch(hint);
  });

  it("any text is read or refused in one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), fc.boolean(), (text, prefixed) => {
        const recipient = readRecipient(prefixed ? `${KEY}+${text}@x` : text, null);
        if (recipient.kind === "unreadable") expect(recipient.reason).toMatch(/^[^\r\n]+\.$/);
        else expect(recipient.address).toMatchObject({ kind: expect.stringMatching(/^(job|slug)$/) });
      }),
    );
  });
});

describe("a domain that was set", () => {
  it.each(["ping.example.org", "PING.example.ORG"])("takes %s", (domain) => {
    expect(readRecipient(`${ID}@${domain}`, "Ping.Example.org")).toMatchObject({ kind: "ping" });
  });

  it("takes a name with other letters than those of English in both spellings", () => {
    for (const domain of ["bücher.example", "xn--bcher-kva.example"]) {
      expect(readRecipient(`${ID}@${domain}`, "xn--bcher-kva.example")).toMatchObject({ kind: "ping" });
      expect(readRecipient(`${ID}@${domain}`, "bücher.example")).toMatchObject({ kind: "ping" });
    }
  });

  it.each(["example.org", "other.example.org", "", "[127.0.0.1]"])("refuses %j", (domain) => {
    const refused = { kind: "unreadable", reason: "Only mail for ping.example.org is taken here." };
    expect(readRecipient(`${ID}@${domain}`, "ping.example.org")).toEqual(refused);
  });
});
