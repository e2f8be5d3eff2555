import { MantineProvider } from "@mantine/core";
import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Said } from "../../../components/base/said.tsx";
import { parseAnsi } from "../../../components/runs/ansi.ts";
import { OutputPane } from "../../../components/runs/output-pane.tsx";
import { OutputTail } from "../../../components/runs/output-tail.tsx";
import { RunSaid } from "../../../components/runs/run-said.tsx";

const ESC = "\u001b";

function plain(output: string): string[] {
  return parseAnsi(output).map((spans) => spans.map((span) => span.text).join(""));
}

describe("parseAnsi", () => {
  test("keeps colours and weight, and ends them", () => {
    const [line] = parseAnsi(`${ESC}[1;31merror${ESC}[0m: ${ESC}[92mfine${ESC}[39m end`);
    expect(line).toEqual([
      { text: "error", colour: "red", bold: true, dim: false },
      { text: ": ", colour: null, bold: false, dim: false },
      { text: "fine", colour: "green", bold: false, dim: false },
      { text: " end", colour: null, bold: false, dim: false },
    ]);
  });

  test.each([
    ["cursor movements", `a${ESC}[2J${ESC}[10;4Hb`, ["ab"]],
    ["titles", `${ESC}]0;owned\u0007text`, ["text"]],
    ["hyperlinks", `${ESC}]8;;https://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`, ["link"]],
    ["device strings", `a${ESC}P1;2q#0${ESC}\\b`, ["ab"]],
    ["256 colours", `${ESC}[38;5;196mred${ESC}[48;2;1;2;3m!`, ["red!"]],
    ["a progress bar", "10%\r55%\r100%\ndone\r\n", ["100%", "done", ""]],
    ["a lone escape", `a${ESC}`, ["a^["]],
  ])("drops %s", (_name, output, lines) => expect(plain(output)).toEqual(lines));

  test("shows control characters, and NUL as the service hands it", () => {
    expect(plain("a\u0007b\u2400c\tde")).toEqual(["a^Gb^@c\tde"]);
  });

  test("never throws, and never lets a control character through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (output) => {
        expect(plain(output).join("")).not.toMatch(/(?!\t)\p{Cc}/u);
      }),
    );
  });

  test("takes a megabyte of escapes in its stride", () => {
    const startedAt = performance.now();
    parseAnsi(`${ESC}[`.repeat(200_000) + `${ESC}]`.repeat(200_000));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("what came from outside", () => {
  test("is text in the page, whatever it holds", () => {
    const html = renderToStaticMarkup(<Said text={'<script>alert(1)</script>\u202e" onload="x'} />);
    expect(html).toBe('<bdi dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩&quot; onload=&quot;x</bdi>');
  });

  test("is text in the output pane too", () => {
    const html = renderToStaticMarkup(
      <MantineProvider>
        <OutputPane text={"<img src=x onerror=alert(1)>\n"} kept={29} sent={29} truncated={false} downloadHref="/x" />
      </MantineProvider>,
    );
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  test("is told by its end with the errors before it, each once and marked", () => {
    const excerpt = {
      errors: ["ERROR: no <b>space</b>", "ERROR: gave up"],
      tail: ["tidying", " ERROR: gave up"],
      omitted: 9,
    };
    const html = renderToStaticMarkup(<OutputTail excerpt={excerpt} href="/jobs/j/runs/7#output" />);
    const lines = [...html.matchAll(/<(?:bdi|span)[^>]*class="([^"]*)"[^>]*>([^<]*)\n</g)].map(([, look, text]) => [
      look,
      text,
    ]);
    expect(lines.map(([, text]) => text)).toEqual([
      ...["ERROR: no &lt;b&gt;space&lt;/b&gt;", "…", "tidying", " ERROR: gave up"],
    ]);
    expect(lines[0]?.[0]).toBe(lines[3]?.[0]);
    expect(lines[2]?.[0]).not.toBe(lines[3]?.[0]);
    expect(html).toContain('href="/jobs/j/runs/7#output"');
  });

  test("of many lines shows the end and says what is left out", () => {
    const text = Array.from({ length: 3_200 }, (_, index) => `line ${index + 1}`).join("\n");
    const html = renderToStaticMarkup(<OutputPane text={text} kept={9} sent={9} truncated={false} downloadHref="/x" />);
    expect(html).toContain("The first 200 lines are left out here");
    expect(html).toContain("line 3200");
  });
});

test("what a run said beside its output stays text", () => {
  const html = renderToStaticMarkup(<RunSaid text={"<script>alert(1)</script> \u202eetar"} />);
  expect(html).toContain("It said: “");
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(html).not.toMatch(/<script|\u202e/);
});
