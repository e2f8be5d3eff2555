import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("busybox", { count: 84, least: 1 });
