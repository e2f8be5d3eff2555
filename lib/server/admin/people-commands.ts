import { createUser, resetPassword } from "../../services/accounts.ts";
import { createKey, createProject, reportProjects } from "../../services/projects.ts";
import { updateProject } from "../../services/project-settings.ts";
import { cut, LIMIT, limitOf, SHORT_LIST } from "./bounds.ts";
import { type Command, PROJECT, required } from "./command.ts";

const EMAIL = { name: "email", required: true, value: "EMAIL" };
const PASSWORD = { name: "password", required: true, value: "PASSWORD" };

/** Commands about accounts, projects and keys. */
export const PEOPLE_COMMANDS: readonly Command[] = [
  {
    name: "create-user",
    summary: "Makes an account; the first one is the operator.",
    options: [EMAIL, PASSWORD],
    run: (ctx, options) =>
      createUser(ctx, { email: required(options, "email"), password: required(options, "password") }),
  },
  {
    name: "reset-password",
    summary: "Sets a new password and signs the account out everywhere.",
    options: [EMAIL, PASSWORD],
    run: (ctx, options) =>
      resetPassword(ctx, { email: required(options, "email"), password: required(options, "password") }),
  },
  {
    name: "create-project",
    summary: "Makes a project with a ping key and a DSN.",
    options: [
      { name: "name", required: true, value: "NAME" },
      { name: "owner", required: true, value: "EMAIL" },
    ],
    run: (ctx, options) =>
      createProject(ctx, { name: required(options, "name"), ownerEmail: required(options, "owner") }),
  },
  {
    name: "projects",
    summary: "Lists all projects with their ping keys, oldest first; create-key --scope ping makes another key.",
    options: [LIMIT],
    async run(ctx, options) {
      const limit = limitOf(options, SHORT_LIST);
      const { shown, more } = cut(await reportProjects(ctx, { limit: limit + 1 }), limit);
      return { projects: shown, ...more };
    },
  },
  {
    name: "update-project",
    summary:
      "Renames a project, or changes how much it keeps and what its messages mask (acme-*); --keep-runs all ends a limit.",
    options: [
      PROJECT,
      { name: "name", required: false, value: "NAME" },
      { name: "keep-days", required: false, value: "1-3650" },
      { name: "keep-runs", required: false, value: "10-1000000|all" },
      { name: "mask", required: false, value: "TEXT,TEXT" },
      { name: "remind-after", required: false, value: "4h|never" },
    ],
    async run(ctx, options) {
      const keepRuns = options.get("keep-runs");
      return updateProject(ctx, {
        projectId: required(options, "project"),
        ...{ name: options.get("name"), keepDays: options.get("keep-days") },
        keepRuns: keepRuns === "all" ? null : keepRuns,
        remindAfter: options.get("remind-after")?.replace(/^never$/, ""),
        mask: options.get("mask")?.replaceAll(",", "\n"),
      });
    },
  },
  {
    name: "create-key",
    summary: "Makes a key; read and write keys are shown this once.",
    options: [PROJECT, { name: "scope", required: true, value: "ping|read|write" }],
    async run(ctx, options) {
      const { key } = await createKey(ctx, {
        projectId: required(options, "project"),
        scope: required(options, "scope"),
      });
      return { key };
    },
  },
];
