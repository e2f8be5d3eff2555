import { itFiresAsMeasured } from "../../support/measured.ts";

itFiresAsMeasured("cronie", { count: 487, least: 1 });
itFiresAsMeasured("cronie-crontz", { count: 42, least: 1 });
