import { cookies } from "next/headers";

type CookieOptions = NonNullable<Parameters<Awaited<ReturnType<typeof cookies>>["set"]>[2]>;

/** Passes `Set-Cookie` values on to the browser from a server action, which has no other way to set them. */
export async function passCookies(headerValues: readonly string[]): Promise<void> {
  const jar = await cookies();
  for (const header of headerValues) {
    const { name, value, options } = parseSetCookie(header);
    jar.set(name, value, options);
  }
}

/** Reads one `Set-Cookie` value. Attributes we do not know are left out. */
export function parseSetCookie(header: string): { name: string; value: string; options: CookieOptions } {
  const [pair = "", ...attributes] = header.split(";");
  const equals = pair.indexOf("=");
  const options: CookieOptions = {};
  for (const attribute of attributes) {
    const [key = "", ...rest] = attribute.trim().split("=");
    readAttribute(options, key.toLowerCase(), rest.join("="));
  }
  // Next encodes the value again when it writes it.
  return { name: pair.slice(0, equals).trim(), value: decodeURIComponent(pair.slice(equals + 1).trim()), options };
}

function readAttribute(options: CookieOptions, key: string, value: string): void {
  if (key === "path") options.path = value;
  else if (key === "domain") options.domain = value;
  else if (key === "max-age") options.maxAge = Number(value);
  else if (key === "expires") options.expires = new Date(value);
  else if (key === "httponly") options.httpOnly = true;
  else if (key === "secure") options.secure = true;
  else if (key === "samesite") options.sameSite = value.toLowerCase() as "lax" | "strict" | "none";
}
