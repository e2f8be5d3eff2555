import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { Door } from "../../../components/auth/door.tsx";
import styles from "../../../components/auth/door.module.css";
import { SignUpForm } from "../../../components/auth/sign-up-form.tsx";
import { signupState } from "../../../lib/services/accounts.ts";
import { screenProcess } from "../../../lib/services/process.ts";
import { load } from "../../failures.ts";
import { findVisit } from "../../request.ts";
import { signUp } from "../actions.ts";

export const metadata: Metadata = { title: "Make an account" };

export default async function SignUpPage() {
  if ((await load(findVisit)) !== null) redirect("/jobs");
  const state = await load(async () => signupState((await screenProcess()).services));
  if (!state.open) {
    return (
      <Door title="No sign-up here" lead={state.reason}>
        <Link href="/sign-in">To the sign-in</Link>
      </Door>
    );
  }
  return (
    <Door
      title={state.first ? "Make the first account" : "Make an account"}
      lead={
        state.first
          ? "It runs this Belfry: notices about Belfry itself go to its address."
          : "You get a project of your own; others can be shared with you."
      }
    >
      <SignUpForm tokenNeeded={state.tokenNeeded} signUp={signUp} />
      {!state.first && (
        <p className={styles.foot}>
          Have one? <Link href="/sign-in">Sign in</Link>
        </p>
      )}
    </Door>
  );
}
