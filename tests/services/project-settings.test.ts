import { beforeAll, expect, test } from "vitest";
import { listMaskPatterns, updateProject } from "../../lib/services/project-settings.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";
import { getProject } from "../../lib/services/projects.ts";
import { addMember, openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
});

test("what is given is changed and the rest stays; texts of a form count as numbers", async () => {
  const base = {
    id: projectId,
    name: "Night shift",
    keepDays: 90,
    keepRuns: null,
    maskPatterns: [],
    remindAfterMs: 4 * HOUR,
  };
  expect(await updateProject(world.owner, { projectId })).toEqual(base);
  expect(await updateProject(world.owner, { projectId, keepDays: "30", keepRuns: " 1000 " })).toEqual({
    ...{ ...base, keepDays: 30, keepRuns: 1_000 },
  });
  expect(await updateProject(world.owner, { projectId, name: " Day shift " })).toMatchObject({ name: "Day shift" });
  expect(await getProject(world.owner, { projectId })).toMatchObject({
    name: "Day shift",
    keepDays: 30,
    keepRuns: 1_000,
  });
  expect(await updateProject(world.owner, { projectId, keepRuns: "" })).toMatchObject({ keepRuns: null });
});

test.each([
  ["keepDays", 0],
  ["keepDays", 3_651],
  ["keepDays", 1.5],
  ["keepDays", ""],
  ["keepDays", "a year"],
  ["keepDays", "-1"],
  ["keepRuns", 9],
  ["keepRuns", "1000001"],
  ["keepRuns", "all"],
  ["name", " "],
])("%s cannot be %j", async (field, value) => {
  await expect(updateProject(world.owner, { projectId, [field]: value })).rejects.toMatchObject({
    code: "invalid",
    field,
  });
});

test("all mistakes are told at once", async () => {
  const wrong = { name: "", keepDays: "x", keepRuns: 1 };
  await expect(updateProject(world.owner, { projectId, ...wrong })).rejects.toMatchObject({
    problems: [{ field: "name" }, { field: "keepDays" }, { field: "keepRuns" }],
  });
});

test("what is masked is one text to a line, shown only to who may change it", async () => {
  const mask = " acme-* \r\n\npin=*;\nacme-*\n";
  expect(await updateProject(world.owner, { projectId, mask })).toMatchObject({ maskPatterns: ["acme-*", "pin=*;"] });
  expect(await updateProject(world.owner, { projectId, keepDays: 9 })).toMatchObject({
    maskPatterns: ["acme-*", "pin=*;"],
  });
  expect(await listMaskPatterns(world.owner, { projectId })).toEqual(["acme-*", "pin=*;"]);
  await addMember(world.database, projectId, world.teammate, "viewer");
  await expect(listMaskPatterns(world.teammate, { projectId })).rejects.toMatchObject({ code: "forbidden" });
  expect(await updateProject(world.owner, { projectId, mask: "" })).toMatchObject({ maskPatterns: [] });
});

test("people are reminded after so long, or never", async () => {
  const after = (remindAfter: string) => updateProject(world.owner, { projectId, remindAfter });
  expect(await after("90 min")).toMatchObject({ remindAfterMs: 90 * MINUTE });
  expect(await getProject(world.owner, { projectId })).toMatchObject({ remindAfterMs: 90 * MINUTE });
  expect(await after(" ")).toMatchObject({ remindAfterMs: null });
  for (const wrong of ["4 min", "31d", "soon"]) {
    await expect(after(wrong)).rejects.toMatchObject({ code: "invalid", field: "remindAfter" });
  }
});

test.each([
  ["*", "would mask too much"],
  ["a*b*", "would mask too much"],
  ["abc*d*e*f*g*", "has too many stars"],
  ["x".repeat(101), "is too long"],
  [Array.from({ length: 31 }, (_, index) => `text-${index}`).join("\n"), "at most 30 texts"],
])("%j is not masked", async (mask, words) => {
  await expect(updateProject(world.owner, { projectId, mask })).rejects.toMatchObject({
    ...{ code: "invalid", field: "mask", message: expect.stringContaining(words) },
  });
});

test("it is for owners and admins", async () => {
  await addMember(world.database, projectId, world.teammate, "member");
  await expect(updateProject(world.teammate, { projectId, keepDays: 1 })).rejects.toMatchObject({ code: "forbidden" });
  await addMember(world.database, projectId, world.teammate, "admin");
  expect(await updateProject(world.teammate, { projectId, keepDays: 3 })).toMatchObject({ keepDays: 3 });
});
