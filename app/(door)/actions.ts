"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { SignInState } from "../../components/auth/sign-in-form.tsx";
import type { SignUpState } from "../../components/auth/sign-up-form.tsx";
import { signUpOwner } from "../../lib/services/accounts.ts";
import { screenProcess } from "../../lib/services/process.ts";
import { asText } from "../action-input.ts";
import { passCookies } from "../cookies.ts";
import { tryForm } from "../failures.ts";

/** Signs in and goes to the jobs; gives the form back with what is wrong. */
export async function signIn(_before: SignInState, form: FormData): Promise<SignInState> {
  const email = asText(form.get("email"));
  let refusal: string | null = null;
  const failure = await tryForm({ email }, async () => {
    refusal = await openSession(email, asText(form.get("password")));
  });
  if (failure !== null) return failure;
  return refusal === null ? redirect("/jobs") : { values: { email }, error: refusal, fieldErrors: {} };
}

/** Makes an account with its project, signs in and goes to the jobs. */
export async function signUp(_before: SignUpState, form: FormData): Promise<SignUpState> {
  const values = { email: asText(form.get("email")), name: asText(form.get("name")), token: asText(form.get("token")) };
  const password = asText(form.get("password"));
  const failure = await tryForm(values, async () => {
    const { services } = await screenProcess();
    await signUpOwner(services, { ...values, password });
    await openSession(values.email, password);
  });
  return failure ?? redirect("/jobs");
}

/** Null where the session is open, else why it is not. */
async function openSession(email: string, password: string): Promise<string | null> {
  const { auth } = await screenProcess();
  const result = await auth.signIn({ email, password }, await headers());
  if (!result.ok) return result.error;
  await passCookies(result.cookies);
  return null;
}
