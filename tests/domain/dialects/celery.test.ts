import { itFiresAsMeasured } from "../../support/measured.ts";

const NEXT_LOOK = "looks every five minutes counted from the start of the measurement, and caught up at its first look";

itFiresAsMeasured("celery", {
  count: 54,
  least: 0.85,
  differing: {
    "celery-5216": NEXT_LOOK,
    "celery-5220": NEXT_LOOK,
    "celery-5244": NEXT_LOOK,
    "celery-5248": NEXT_LOOK,
    "celery-5249": NEXT_LOOK,
    "celery-5263": NEXT_LOOK,
    "celery-5288": "the measurement stopped at the very instant of the third run",
  },
});
