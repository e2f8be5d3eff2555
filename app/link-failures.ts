import { AppError } from "../lib/errors.ts";
import { isDatabaseAway, load } from "./failures.ts";

/** What a link in a message is about, or a sentence why it does nothing. */
export type LinkPage<T> = { found: T } | { refusal: string };

/** Reads what a page of a link shows: whoever followed an old link is told so, and not that the page is unknown. */
export async function readLink<T>(read: () => Promise<T>): Promise<LinkPage<T>> {
  try {
    return { found: await read() };
  } catch (error) {
    if (error instanceof AppError && !isDatabaseAway(error)) return { refusal: error.message };
    return load(() => Promise.reject(error));
  }
}
