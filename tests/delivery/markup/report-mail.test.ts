import { describe, expect, test } from "vitest";
import { renderReport } from "../../../lib/delivery/markup/report-mail.ts";
import { reportContent } from "../../../lib/domain/reports/report-content.ts";
import { BUSY_FACTS, QUIET_FACTS } from "../../support/report-facts.ts";

const KNOWN = {
  baseUrl: "https://belfry.example.org",
  project: "Night <b>shift</b>",
  maskPatterns: [],
  graceLinks: new Map<string, string>(),
};
const UNSUBSCRIBE = "https://belfry.example.org/api/unsubscribe/token";

describe("a report as a mail", () => {
  const busy = renderReport(reportContent({ ...KNOWN, facts: BUSY_FACTS }), UNSUBSCRIBE);

  test("says the same in text and HTML", () => {
    for (const twin of [busy.text, busy.html]) {
      for (const words of [
        "db-backup",
        "still down",
        "404 no_team",
        "Broke 7 times.",
        "25 min, was 10 min.",
        UNSUBSCRIBE,
      ]) {
        expect(twin).toContain(words);
      }
    }
    expect(busy.text).toContain("- db-backup: Broke once");
    expect(busy.text).toContain("  https://belfry.example.org/jobs/0198c0de-0000-4000-8000-000000000001");
  });

  test("lets nothing that people named become markup", () => {
    expect(busy.html).toContain("Your week in Night &lt;b&gt;shift&lt;/b&gt;");
    expect(busy.html).not.toContain("<b>");
    expect(busy.html).toContain("mail &lt;queue&gt; &amp; co");
  });

  test("asks nothing of other servers, and has no script and no sheet of styles", () => {
    expect(busy.html).not.toMatch(/<(img|script|style|link|iframe)\b|url\(/i);
    expect(busy.html.match(/href="(?!https:\/\/belfry\.example\.org\/)/g)).toBeNull();
  });

  test("of a quiet week is short, and without a link where there is none to end it", () => {
    const { text, html } = renderReport(reportContent({ ...KNOWN, facts: QUIET_FACTS }), null);
    expect(text.split("\n").length).toBeLessThan(12);
    expect(html).not.toContain("Unsubscribe");
    expect(html).not.toContain("<h2");
  });
});
