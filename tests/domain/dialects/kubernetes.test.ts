import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("kubernetes", {
  count: 99,
  least: 0.97,
  differing: {
    "robfig-3526":
      "counts on by whole hours from a midnight that a gap from 00:01 has moved, and comes to 01:15 for 00:15",
  },
});
