import { describe, expect, it } from "vitest";
import { parseCrontab } from "../../lib/domain/crontab/crontab.ts";

describe("the users of a system crontab", () => {
  it("may be those of the machine", () => {
    const line = "0 5 * * * postgres vacuum\n";
    const verdict = (users?: ReadonlySet<string>) => parseCrontab(line, "system", users).entries[0]?.debian;
    expect(verdict()).toMatchObject({ accepted: false, unknownUser: "postgres" });
    expect(verdict(new Set(["postgres"]))).toMatchObject({ accepted: true, command: "vacuum" });
  });

  it("of whom we do not know condemn no file but where the machine lacks them", () => {
    const verdict = (text: string) => parseCrontab(text, "system").debian.reason;
    const [a, b, broken] = ["0 5 * * * postgres a\n", "0 6 * * * git b\n", "61 * * * * root c\n"];
    const without = (who: string) =>
      `Debian ignores this whole file where there is no ${who} not among those known here.`;
    expect(verdict(a)).toBe(without('user "postgres" (line 1), who is'));
    expect(verdict(`${a}${a}${b}`)).toBe(without('users "postgres" and "git" (line 1), who are'));
    expect(verdict(`${a}${broken}`)).toContain("line 2 is wrong");
    expect(parseCrontab(`${a}${b}`, "system", new Set(["postgres", "git"])).debian.accepted).toBe(true);
  });
});
