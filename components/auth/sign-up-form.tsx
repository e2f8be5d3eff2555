"use client";

import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useActionState } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./door.module.css";

type Values = { email: string; name: string; token: string };

export type SignUpState = FormState<Values>;

type Props = {
  tokenNeeded: boolean;
  signUp: (before: SignUpState, form: FormData) => Promise<SignUpState>;
};

export function SignUpForm({ tokenNeeded, signUp }: Props) {
  const empty: Values = { email: "", name: "", token: "" };
  const [state, action, pending] = useActionState(signUp, { values: empty, error: null, fieldErrors: {} });
  const { values, fieldErrors } = state;
  return (
    <form action={action} className={styles.form} noValidate>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      {tokenNeeded && (
        <TextInput
          key={`token ${values.token}`}
          name="token"
          label="Set-up token"
          description="Belfry printed it when it started: look at its log. It proves that this machine is yours."
          defaultValue={values.token}
          error={fieldErrors.token}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <TextInput
        key={`email ${values.email}`}
        name="email"
        type="email"
        label="E-mail"
        autoComplete="username"
        defaultValue={values.email}
        error={fieldErrors.email}
      />
      <TextInput
        key={`name ${values.name}`}
        name="name"
        label="Name"
        description="Shown to others in your projects. May stay empty."
        autoComplete="name"
        defaultValue={values.name}
        error={fieldErrors.name}
      />
      <PasswordInput
        name="password"
        label="Password"
        description="At least 8 characters."
        autoComplete="new-password"
        error={fieldErrors.password}
      />
      <Button type="submit" loading={pending} fullWidth>
        Make the account
      </Button>
    </form>
  );
}
