import fc from "fast-check";

/** `npm run check:long`: the same faults and properties at full size. */
export const LONG = process.env["BELFRY_LONG"] === "1";

// Properties that name no number of runs of their own.
if (LONG) fc.configureGlobal({ numRuns: 3_000 });
