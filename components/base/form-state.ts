/** What a form shows after it was sent: what was wrong, and the input as it was given. */
export type FormState<V extends Record<string, unknown> = Record<string, string>> = {
  values: V;
  /** Sentence about the whole. */
  error: string | null;
  /** Sentences by field. */
  fieldErrors: Readonly<Record<string, string>>;
};

/** The answer of a form that tells more than whether it went well. `said`: what became of it, in a few sentences. */
export type FormAnswer<V extends Record<string, unknown>> = { failure: FormState<V> } | { failure: null; said: string };

/** The answer of an action that is not a form: what became of it, in a sentence. */
export type ActionResult = { ok: true; message: string } | { ok: false; message: string };
