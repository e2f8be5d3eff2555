import { itFiresAsMeasured } from "../../support/measured.ts";

const SAME_LITERALLY =
  "compares its answer with the time asked from, which was in UTC: a local time that reads the same counts as repeated";

itFiresAsMeasured("sidekiq", {
  count: 85,
  least: 0.95,
  differing: {
    "fugit-4398": SAME_LITERALLY,
    "fugit-4432": SAME_LITERALLY,
    "fugit-4479": "goes on to the day after where a day has no midnight",
  },
});
