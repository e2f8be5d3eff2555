import { spellDuration } from "../domain/duration.ts";
import { type GraceLink, graceLinkOf } from "../domain/reports/grace-link.ts";
import type { Millis } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import type { JobRecord } from "../store/jobs.ts";
import type { Ctx, Services } from "./context.ts";
import { effectiveGrace, requireJob } from "./jobs.ts";
import { updateJob } from "./job-changes.ts";

/** What a proposal of a report would change. */
export type GraceOffer = {
  jobId: string;
  job: string;
  project: string;
  /** In force now; null: the job has no schedule any more. */
  graceMs: Millis | null;
  proposedMs: Millis;
  /** `changed`: somebody has set another grace since the report. */
  state: "open" | "done" | "changed";
};

/** What the link is about; looking changes nothing. @throws AppError `not-found` for links that do not hold; `forbidden`. */
export async function readGraceLink(services: Services, token: string): Promise<GraceOffer> {
  return (await openGraceLink(services, token)).offer;
}

/**
 * Puts the proposal in force, as the person to whom the report was sent.
 * @throws AppError `conflict` where the grace was changed since; as `readGraceLink`.
 */
export async function applyGraceLink(services: Services, token: string): Promise<GraceOffer> {
  const { ctx, offer } = await openGraceLink(services, token);
  if (offer.state === "changed") {
    throw new AppError("conflict", "Somebody has changed this grace since the report: nothing was changed now.");
  }
  if (offer.state === "open") await updateJob(ctx, { jobId: offer.jobId, grace: spellDuration(offer.proposedMs) });
  return { ...offer, graceMs: offer.proposedMs, state: "done" };
}

async function openGraceLink(services: Services, token: string): Promise<{ ctx: Ctx; offer: GraceOffer }> {
  const claims = services.links.open(token, services.clock.now());
  const link = claims === null ? null : graceLinkOf(claims);
  if (link === null) {
    throw new AppError(
      "not-found",
      "This link does not hold any more: it is older than a month, or was not copied whole.",
    );
  }
  const ctx: Ctx = { ...services, actor: { kind: "user", userId: link.userId, operator: false } };
  // Whoever is no member any more, or may only look, cannot change it by an old mail either.
  const job = await requireJob(ctx, link.jobId, "change-jobs");
  const graceMs = effectiveGrace(job, services.clock.now());
  const known = { jobId: job.id, job: job.name, project: job.project.name, graceMs, proposedMs: link.proposedMs };
  return { ctx, offer: { ...known, state: stateOf(job, link) } };
}

function stateOf({ limits, schedule }: JobRecord, { graceMs, proposedMs }: GraceLink): GraceOffer["state"] {
  if (limits.graceMs === proposedMs) return "done";
  if (schedule.kind === "none") return "changed";
  return limits.graceMs === null || limits.graceMs === graceMs ? "open" : "changed";
}
