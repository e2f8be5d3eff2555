import { expect, test } from "vitest";
import { type Action, can, MEMBER_ROLES, parseRole } from "../../lib/auth/rules.ts";

const ALLOWED: Record<Action, string> = {
  see: "owner admin member viewer",
  "see-ping-key": "owner admin member",
  "change-jobs": "owner admin member",
  "pause-jobs": "owner admin member",
  "test-channels": "owner admin member",
  "replay-deliveries": "owner admin member",
  "handle-incidents": "owner admin member",
  "change-windows": "owner admin member",
  "change-channels": "owner admin",
  "change-project": "owner admin",
  "make-keys": "owner admin",
  "change-members": "owner admin",
  "delete-project": "owner",
};

test.each(Object.entries(ALLOWED))("%s: %s", (action, roles) => {
  expect(MEMBER_ROLES.filter((role) => can(role, action as Action)).join(" ")).toBe(roles);
});

test("an unknown role is the least one", () => {
  expect(parseRole("emperor")).toBe("viewer");
  expect(parseRole("admin")).toBe("admin");
});
