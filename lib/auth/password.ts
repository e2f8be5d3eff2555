import { hashPassword as hash } from "better-auth/crypto";
import { AppError } from "../errors.ts";

export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 128;

/** @throws AppError `invalid` (field password). */
export function checkPassword(password: string): string {
  if (password.length < PASSWORD_MIN) {
    throw new AppError("invalid", `The password needs at least ${PASSWORD_MIN} characters.`, "password");
  }
  if (password.length > PASSWORD_MAX) {
    throw new AppError("invalid", `The password may have at most ${PASSWORD_MAX} characters.`, "password");
  }
  return password;
}

/** What is stored of a password: scrypt with a salt of its own, as better-auth checks it at sign-in. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password);
}
