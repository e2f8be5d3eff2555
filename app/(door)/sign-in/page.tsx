import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { Door } from "../../../components/auth/door.tsx";
import styles from "../../../components/auth/door.module.css";
import { SignInForm } from "../../../components/auth/sign-in-form.tsx";
import { signupState } from "../../../lib/services/accounts.ts";
import { screenProcess } from "../../../lib/services/process.ts";
import { load } from "../../failures.ts";
import { findVisit } from "../../request.ts";
import { signIn } from "../actions.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  if ((await load(findVisit)) !== null) redirect("/jobs");
  const state = await load(async () => signupState((await screenProcess()).services));
  if (state.first && state.open) redirect("/sign-up");
  return (
    <Door title="Sign in">
      <SignInForm signIn={signIn} />
      <p className={styles.foot}>
        {state.open ? (
          <>
            No account yet? <Link href="/sign-up">Make one</Link>
          </>
        ) : (
          "Password lost? Whoever runs Belfry can set a new one."
        )}
      </p>
    </Door>
  );
}
