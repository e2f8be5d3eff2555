import { format } from "node:util";
import { afterEach, beforeEach } from "vitest";

// Whatever complains on the console complains about a mistake: the test that caused it fails.
const original = console.error;
let complaints: string[] = [];

beforeEach(() => {
  complaints = [];
  console.error = (...args: unknown[]) => {
    complaints.push(format(...args));
    original(...args);
  };
});

afterEach(() => {
  console.error = original;
  if (complaints.length > 0) throw new Error(`console.error was called: ${complaints.join("\n")}`);
});
