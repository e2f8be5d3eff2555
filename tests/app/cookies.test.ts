import { expect, test } from "vitest";
import { parseSetCookie } from "../../app/cookies.ts";

test("a session cookie keeps its value and every attribute that guards it", () => {
  const header =
    "__Secure-belfry.session_token=abc.d%2Fe%3D; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax; Priority=High";
  expect(parseSetCookie(header)).toEqual({
    name: "__Secure-belfry.session_token",
    value: "abc.d/e=",
    options: { maxAge: 2_592_000, path: "/", httpOnly: true, secure: true, sameSite: "lax" },
  });
});

test("a cookie that is taken back stays one", () => {
  const { value, options } = parseSetCookie("belfry.session_token=; Max-Age=0; Path=/");
  expect([value, options.maxAge]).toEqual(["", 0]);
});
