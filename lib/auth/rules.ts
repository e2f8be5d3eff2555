/** What a member of a project is. Each role may do all that the ones after it may. */
export type MemberRole = "owner" | "admin" | "member" | "viewer";

export const MEMBER_ROLES: readonly MemberRole[] = ["owner", "admin", "member", "viewer"];

/** What somebody may want to do in a project. */
export type Action =
  | "see" // jobs, runs, incidents, channels (masked), deliveries
  | "see-ping-key" // snippets hold it, and it lets anybody who has it make jobs
  | "change-jobs"
  | "pause-jobs"
  | "test-channels"
  | "replay-deliveries"
  | "handle-incidents" // acknowledge, snooze, mute, note
  | "change-windows" // when alerts wait
  | "change-channels"
  | "change-project" // its name, and how much is kept
  | "make-keys"
  | "change-members"
  | "delete-project";

const LEAST_ROLE: Readonly<Record<Action, MemberRole>> = {
  see: "viewer",
  "see-ping-key": "member",
  "change-jobs": "member",
  "pause-jobs": "member",
  "test-channels": "member",
  "replay-deliveries": "member",
  "handle-incidents": "member",
  "change-windows": "member",
  "change-channels": "admin",
  "change-project": "admin",
  "make-keys": "admin",
  "change-members": "admin",
  "delete-project": "owner",
};

/** Whether a member with this role may do it. Who is no member may do nothing: ask that before. */
export function can(role: MemberRole, action: Action): boolean {
  return MEMBER_ROLES.indexOf(role) <= MEMBER_ROLES.indexOf(LEAST_ROLE[action]);
}

/** The role as stored; an unknown word is the least role, never more. */
export function parseRole(stored: string): MemberRole {
  return MEMBER_ROLES.find((role) => role === stored) ?? "viewer";
}
