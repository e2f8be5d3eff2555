import { type NextRequest, NextResponse } from "next/server";

/** Pages behind links in messages, which work without signing in. */
const SIGNED_PAGES = /^\/(act|grace|seen|unsubscribe)\//;

/**
 * Gives every page a content security policy with a nonce of its own, and headers that keep it from being framed, sniffed
 * or leaked. Who may see what is decided in the pages and actions themselves, never here.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  // Their addresses are keys: nobody shall find them.
  if (SIGNED_PAGES.test(request.nextUrl.pathname)) response.headers.set("x-robots-tag", "noindex, nofollow");
  response.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  return response;
}

function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // In development Next writes style elements without a nonce for its own tools.
    `style-src-elem 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // Positions of virtual rows and charts are style attributes; those cannot load or run anything under the rest of this policy.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export const config = {
  matcher: ["/((?!_next/static|icon.svg|icon-down.svg).*)"],
};
