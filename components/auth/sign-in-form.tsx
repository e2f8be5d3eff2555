"use client";

import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useActionState } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./door.module.css";

export type SignInState = FormState<{ email: string }>;

/** Works without scripts too: it is a plain form with a server action. */
export function SignInForm({ signIn }: { signIn: (before: SignInState, form: FormData) => Promise<SignInState> }) {
  const [state, action, pending] = useActionState(signIn, { values: { email: "" }, error: null, fieldErrors: {} });
  return (
    <form action={action} className={styles.form}>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      <TextInput
        key={state.values.email}
        name="email"
        type="email"
        label="E-mail"
        autoComplete="username"
        defaultValue={state.values.email}
        required
        withAsterisk={false}
      />
      <PasswordInput name="password" label="Password" autoComplete="current-password" required withAsterisk={false} />
      <Button type="submit" loading={pending} fullWidth>
        Sign in
      </Button>
    </form>
  );
}
