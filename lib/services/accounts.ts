import { notWritten } from "./not-written.ts";
import type { Ctx, Services } from "./context.ts";

export type SignupState = {
  /** Whether the sign-up form may be shown at all. */
  open: boolean;
  /** Nobody has an account yet: the next one becomes the operator. */
  first: boolean;
  /** The form must ask for the set-up token that the start printed. */
  tokenNeeded: boolean;
  /** Why it is not open, as a sentence that says what to do; null where it is. */
  reason: string | null;
};

export type SignUpInput = { email: string; password: string; name?: string; token?: string };

export type NewAccount = { userId: string; email: string; operator: boolean; projectId: string };

/** Whether somebody may make an account for himself now, and what the form must ask. */
export async function signupState(services: Services): Promise<SignupState> {
  return notWritten(services);
}

/**
 * Makes an account with a project "My jobs", its ping key and, where mail can be sent, an e-mail channel to the owner.
 * The caller signs in afterwards with the same e-mail and password.
 * @throws AppError `invalid` (field email, password or token), `forbidden` where sign-up is closed, `conflict` for a known e-mail.
 */
export async function signUpOwner(services: Services, input: SignUpInput): Promise<NewAccount> {
  return notWritten(services, input);
}

/** Makes an account without a project; for the command line only. The first account is the operator. */
export async function createUser(
  ctx: Ctx,
  input: { email: string; password: string; name?: string },
): Promise<{ id: string; email: string }> {
  return notWritten(ctx, input);
}

/** Sets a new password and ends every session of that account; for the command line only. */
export async function resetPassword(
  ctx: Ctx,
  input: { email: string; password: string },
): Promise<{ id: string; email: string }> {
  return notWritten(ctx, input);
}
