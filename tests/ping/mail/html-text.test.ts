import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOfHtml } from "../../../lib/ping/mail/html-text.ts";

describe("words of HTML", () => {
  it.each([
    ["<p>One</p><p>Two</p>", "One\n\nTwo"],
    ["a<br>b<BR/>c", "a\nb\nc"],
    ["<table><tr><td>Size</td><td>42</td></tr></table>", "Size 42"],
    ["<STYLE>p { color: red }</STYLE><title>Report</title>Done", "Done"],
    ["<script>if (a < b) alert('</p>')</script>Done", "Done"],
    ["<!-- <p>not this</p> -->Done", "Done"],
    ["&lt;b&gt; &amp;amp; &#65;&#x42; &nbsp;&unknown; &#0; &#x110000;", "<b> &amp; AB &unknown; &#0; &#x110000;"],
    ["2 < 3 and 3 > 2", "2 < 3 and 3 > 2"],
    ['<a href="https://example.org">link</a>', "link"],
    ["cut <off", "cut"],
    ["", ""],
  ])("%j", (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  it("any text is read, and gets no longer", () => {
    const piece = fc.oneof(
      fc.constantFrom("<", ">", "</", "<!--", "-->", "<script>", "<p>", "&", ";", "&#", "İ"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const html = pieces.join("");
        expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length);
      }),
    );
  });
});
