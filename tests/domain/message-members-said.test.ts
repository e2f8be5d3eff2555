import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertFacts } from "../../lib/domain/incident.ts";
import type { GroupMember } from "../../lib/domain/message.ts";
import { OUTAGE, outageMember, outageMessage } from "../support/outage-messages.ts";

const FAILED: Partial<AlertFacts> = { cause: "failed", exitCode: 1, missedCount: 0 };

const failing = (name: string, said: string | null, changes: Partial<GroupMember> = {}): GroupMember =>
  outageMember(name, { said, ...changes }, FAILED);

const saying = (...said: (string | null)[]) =>
  outageMessage({ members: said.map((words, index) => failing(`job-${index}`, words)) });

/** As many failed jobs, each with words of its own. */
const many = (count: number): GroupMember[] =>
  Array.from({ length: count }, (_, index) => failing(`nightly-job-${index}`, `cannot reach db-${index}`));

describe("what jobs of an outage say", () => {
  test("stands behind what happened to each, and alone for programs", () => {
    const message = saying("disk full", null, "no route to host");
    expect(message.why).toContain(
      "✗ FAILED (3): job-0 (exit 1: “disk full”), job-1 (exit 1), job-2 (exit 1: “no route to host”)",
    );
    expect(message.members.map(({ said }) => said)).toEqual(["disk full", undefined, "no route to host"]);
  });

  test("stands alone where nothing else tells the trouble from others", () => {
    const facts = { cause: "too-often", slotAt: null } as const;
    const members = [outageMember("a", { said: "again" }, facts), outageMember("b", {}, facts)];
    expect(outageMessage({ members }).why).toContain("✗ TOO OFTEN (2): a (“again”), b");
  });

  test.each([null, "", " \r\n\t", "\u0000\u001b[0m\u200b"])("is nothing where there is nothing to read: %j", (said) => {
    expect(saying(said, said)).toEqual(saying(null, null));
    for (const member of saying(said).members) expect(member).not.toHaveProperty("said");
  });

  test("is left out where no run came, and of what has ended", () => {
    const missed = outageMember("a", { said: "all well" });
    const well = (["resolved", "stable"] as const).map((event) => failing(event, "all well", { event }));
    for (const member of [missed, ...well]) {
      const message = outageMessage({ event: member.event, members: [member, { ...member, jobId: "j2" }] });
      expect(JSON.stringify(message)).not.toContain("all well");
    }
  });

  test("is masked before it is cut, also by what the project wants masked", () => {
    const secret = `${"x".repeat(40)} postgres://app:${"s3cr3t".repeat(20)}@db/x`;
    const members = [failing("a", "cust-4711 has password=hunter2"), failing("b", secret)];
    const message = outageMessage({ members, maskPatterns: ["cust-*"] });
    expect(message.why[1]).toContain("a (exit 1: “[masked] has password=[masked]”)");
    expect(JSON.stringify(message)).not.toMatch(/s3cr3t|hunter2|4711/);
  });

  test("is cut to 60 characters in the list", () => {
    const [, line = ""] = saying(`tape\r\nfull ${"again ".repeat(60)}`, null).why;
    const [, shown = ""] = /“(.*)”/.exec(line) ?? [];
    expect(shown).toMatch(/^tape full again .*…$/);
    expect(shown.length).toBeLessThanOrEqual(60);
  });

  test("is not told again of jobs that were told before", () => {
    const before = failing("old", "disk full");
    const now = [failing("new", "tape full"), failing("newer", null)];
    const outage = { ...OUTAGE, open: 3, total: 3 };
    const message = outageMessage({ members: now, outage, heard: true, standing: [before, ...now] });
    expect(message.why).toContain("✗ FAILED (2): new (exit 1: “tape full”), newer (exit 1)");
    expect(message.why.slice(-2)).toEqual(["Told before, and still so:", "✗ FAILED: old (exit 1)"]);
    // This one takes the place of the earlier message.
    expect(message.standing?.why).toContain(
      "✗ FAILED (3): old (exit 1: “disk full”), new (exit 1: “tape full”), newer (exit 1)",
    );
  });

  test("costs no name its place while all can be named", () => {
    const members = many(40);
    const text = outageMessage({ members }).why.join("\n");
    for (const { name } of members) expect(text).toContain(`${name} (`);
    expect(text).toContain("nightly-job-0 (exit 1: “cannot reach db-0”)");
  });

  test("leaves at least half of the names their place where there is no room for all", () => {
    const members = many(1_000);
    const named = (of: readonly GroupMember[]): number =>
      outageMessage({ members: of })
        .why.join(" ")
        .match(/nightly-job-/g)?.length ?? 0;
    const { why } = outageMessage({ members });
    expect(why.join(" ")).toContain("nightly-job-0 (exit 1: “cannot reach db-0”)");
    expect(named(members) * 2).toBeGreaterThanOrEqual(named(members.map((member) => ({ ...member, said: null }))));
    expect(why.at(-1)).toBe(`… and ${1_000 - named(members)} more, which the incident's page lists.`);
    expect(why.length).toBeLessThanOrEqual(10);
    for (const line of why) expect(line.length).toBeLessThanOrEqual(260);
  });

  test("is one bounded line of visible characters, whatever it is", () => {
    const anything = fc.string({ unit: "binary", maxLength: 400 });
    fc.assert(
      fc.property(anything, anything, (one, two) => {
        for (const line of saying(one, two).why) {
          expect(line.length).toBeLessThanOrEqual(260);
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });
});
