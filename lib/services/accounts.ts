import { checkPassword, hashPassword } from "../auth/password.ts";
import { type Config, isLoopback } from "../config.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import type { Queryable } from "../store/queryable.ts";
import { checkSetupToken, deleteSetupToken } from "../store/setup.ts";
import { findUserByEmail, hasUsers, insertUser, lockUsers, updatePassword, type UserRow } from "../store/users.ts";
import { requireSystem } from "./access.ts";
import { insertSealedChannel } from "./channel-input.ts";
import type { Ctx, Services } from "./context.ts";
import { insertProjectWithKeys } from "./projects.ts";

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

type Identity = { email: string; name: string; passwordHash: string };

const FIRST_PROJECT = "My jobs";

/** Whether somebody may make an account for himself now, and what the form must ask. */
export async function signupState(services: Services): Promise<SignupState> {
  return stateOf(services.config, !(await hasUsers(services.database.pool)));
}

function stateOf({ signup, host }: Config, first: boolean): SignupState {
  const tokenNeeded = first && !isLoopback(host);
  if (signup === "closed") {
    const reason =
      "Sign-up is closed here (SIGNUP=closed). Whoever runs Belfry can make you an account: npm run -s admin -- create-user";
    return { open: false, first, tokenNeeded, reason };
  }
  if (signup === "first" && !first) {
    const reason =
      "Only the first account signs up by itself here. Ask whoever runs Belfry to make you one, or to set SIGNUP=open.";
    return { open: false, first, tokenNeeded, reason };
  }
  return { open: true, first, tokenNeeded, reason: null };
}

/**
 * Makes an account with a project "My jobs", its ping key and, where mail can be sent, an e-mail channel to the owner.
 * The caller signs in afterwards with the same e-mail and password.
 * @throws AppError `invalid` (field email, password or token), `forbidden` where sign-up is closed, `conflict` for a known e-mail.
 */
export async function signUpOwner(services: Services, input: SignUpInput): Promise<NewAccount> {
  // Refused before the password is hashed: that is costly, and anybody may ask.
  await requireOpenSignup(services, services.database.pool, input.token ?? "");
  const identity = await parseIdentity(input);
  return inTransaction(services.database.pool, async (client) => {
    await lockUsers(client);
    await requireOpenSignup(services, client, input.token ?? "");
    const user = await insertNewUser(client, identity);
    const project = await insertProjectWithKeys(services, client, { name: FIRST_PROJECT, ownerId: user.id });
    if (services.config.smtpUrl !== null) {
      await insertSealedChannel(services, client, {
        projectId: project.id,
        kind: "email",
        name: "E-mail",
        settings: { to: user.email },
      });
    }
    services.log.info({ userId: user.id, operator: user.operator }, "an account was made");
    return { userId: user.id, email: user.email, operator: user.operator, projectId: project.id };
  });
}

async function requireOpenSignup({ config }: Services, database: Queryable, token: string): Promise<void> {
  const state = stateOf(config, !(await hasUsers(database)));
  if (state.reason !== null) throw new AppError("forbidden", state.reason);
  if (state.tokenNeeded && !(await checkSetupToken(database, token))) {
    throw new AppError(
      "invalid",
      "This is not the set-up token. Belfry printed it when it started: look at its log.",
      "token",
    );
  }
}

/** Makes an account without a project; for the command line only. The first account is the operator. */
export async function createUser(
  ctx: Ctx,
  input: { email: string; password: string; name?: string },
): Promise<{ id: string; email: string }> {
  requireSystem(ctx);
  const identity = await parseIdentity(input);
  return inTransaction(ctx.database.pool, async (client) => {
    await lockUsers(client);
    const { id, email } = await insertNewUser(client, identity);
    return { id, email };
  });
}

async function parseIdentity(input: { email: string; password: string; name?: string }): Promise<Identity> {
  const email = parseEmail(input.email);
  const passwordHash = await hashPassword(checkPassword(input.password));
  return { email, name: input.name?.trim() || (email.split("@")[0] ?? email), passwordHash };
}

function parseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (email.length > 254 || !/^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]+$/.test(email)) {
    throw new AppError("invalid", `"${text}" is not an e-mail address; one looks like anna@example.org.`, "email");
  }
  return email;
}

async function insertNewUser(client: Queryable, identity: Identity): Promise<UserRow> {
  if ((await findUserByEmail(client, identity.email)) !== null) {
    throw new AppError("conflict", `There is already an account with the e-mail address ${identity.email}.`, "email");
  }
  const user = await insertUser(client, identity);
  await deleteSetupToken(client);
  return user;
}

/** Sets a new password and ends every session of that account; for the command line only. */
export async function resetPassword(
  ctx: Ctx,
  input: { email: string; password: string },
): Promise<{ id: string; email: string }> {
  requireSystem(ctx);
  const email = parseEmail(input.email);
  const passwordHash = await hashPassword(checkPassword(input.password));
  return inTransaction(ctx.database.pool, async (client) => {
    const user = await findUserByEmail(client, email);
    if (user === null)
      throw new AppError("not-found", `There is no account with the e-mail address ${email}.`, "email");
    await updatePassword(client, user.id, passwordHash);
    return { id: user.id, email: user.email };
  });
}
