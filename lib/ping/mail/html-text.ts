/** Elements of which nothing is meant to be read. */
const SILENT = new Set(["script", "style", "title"]);
/** Elements after which text goes on in another line. */
const BREAKING = new Set(
  ["br", "p", "div", "tr", "li", "table", "ul", "ol", "pre", "hr", "blockquote", "section"].concat([
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
  ]),
);
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
const LONGEST_ENTITY = 10;

/** The words of an HTML text, a line for each block; in linear time, whatever it is given. */
export function textOfHtml(html: string): string {
  const pieces: string[] = [];
  // As long as the text itself, which other ways to small letters are not.
  const small = html.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let from = 0;
  for (let open = html.indexOf("<"); open !== -1; open = html.indexOf("<", from)) {
    if (!/[a-z/!?]/i.test(html.charAt(open + 1))) {
      pieces.push(html.slice(from, open + 1));
      from = open + 1;
      continue;
    }
    pieces.push(html.slice(from, open));
    const tag = readTag(small, open);
    if (BREAKING.has(tag.name)) pieces.push("\n");
    else if (tag.name === "td" || tag.name === "th") pieces.push(" ");
    from = tag.end;
  }
  pieces.push(html.slice(from));
  return tidy(decodeEntities(pieces.join("")));
}

/** `end`: where text goes on. A tag without its end takes the rest. */
function readTag(html: string, open: number): { name: string; end: number } {
  if (html.startsWith("<!--", open)) return { name: "", end: after(html, "-->", open + 4) };
  const end = after(html, ">", open);
  const name = /^<\/?([a-z][a-z0-9]*)/.exec(html.slice(open, open + 20))?.[1] ?? "";
  if (!SILENT.has(name) || html.charAt(open + 1) === "/") return { name, end };
  const close = html.indexOf(`</${name}`, end);
  return { name, end: close === -1 ? html.length : close };
}

function after(html: string, what: string, from: number): number {
  const found = html.indexOf(what, from);
  return found === -1 ? html.length : found + what.length;
}

function decodeEntities(text: string): string {
  return text.replace(/&(#?[a-z0-9]{1,8});/gi, (whole, name: string) => {
    if (whole.length > LONGEST_ENTITY) return whole;
    if (!name.startsWith("#")) return NAMED[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function tidy(text: string): string {
  const lines = text.split("\n").map((line) => line.replaceAll(/[\t\r\f \u00a0]+/g, " ").trim());
  return lines
    .filter((line, index) => line !== "" || lines[index - 1] !== "")
    .join("\n")
    .trim();
}
