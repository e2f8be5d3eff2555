import { AppError } from "../../errors.ts";

const MOST = 20;

/** What the connection needs for itself, and what Belfry vouches for. */
const RESERVED =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-.*|upgrade|te|trailer|expect|idempotency-key|webhook-.*)$/;

const LINE = /^([!#$%&'*+.^`|~\w-]{1,100})[ \t]*:[ \t]*([\x20-\x7e\t]{0,4000})$/;

/** Reads `Name: value`, one to a line; names become lower-case. @throws AppError `invalid` about `field`. */
export function parseOwnHeaders(text: string, field: string): Record<string, string> {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  if (lines.length > MOST) throw new AppError("invalid", `At most ${MOST} headers can be sent.`, field);
  return Object.fromEntries(lines.map((line) => parseLine(line.trim(), field)));
}

function parseLine(line: string, field: string): [string, string] {
  const [, name = "", value = ""] = LINE.exec(line) ?? [];
  if (name === "") {
    throw new AppError("invalid", "Write each header on a line of its own, such as Authorization: Bearer …", field);
  }
  if (RESERVED.test(name.toLowerCase())) {
    throw new AppError("invalid", `The header ${name} cannot be set: Belfry sets it where it is needed.`, field);
  }
  return [name.toLowerCase(), value.trimEnd()];
}
