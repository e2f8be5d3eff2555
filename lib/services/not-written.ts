/** Placeholder of a verb whose signature is agreed but whose body is not there yet: it never pretends. */
export function notWritten(..._input: unknown[]): never {
  throw new Error("This verb is not written yet.");
}
