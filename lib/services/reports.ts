import { can } from "../auth/rules.ts";
import { MAIL_UNAVAILABLE } from "../delivery/kinds/email.ts";
import { GRACE_LINK_LIFE_MS, graceClaims } from "../domain/reports/grace-link.ts";
import { reportContent, type ReportContent } from "../domain/reports/report-content.ts";
import { nextReportAt, REPORT_PERIODS, type ReportPeriod, spanBefore } from "../domain/reports/report-period.ts";
import type { ReportFacts } from "../domain/reports/report-facts.ts";
import type { Instant } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { loadReport } from "../store/report.ts";
import { deleteSubscription, listSubscriptions, saveSubscription } from "../store/report-subscriptions.ts";
import { findUserByEmail } from "../store/users.ts";
import { requireProject } from "./access.ts";
import { kindsByName } from "./channel-input.ts";
import type { Ctx } from "./context.ts";
import { parsePeriod, parseZone } from "./report-input.ts";

export type ReportSettings = {
  /** Those that the person gets, with when the next leaves. */
  subscriptions: { period: ReportPeriod; timeZone: string; nextAt: Instant }[];
  /** A sentence with the fix where no mail can be sent; null where it can. */
  unavailable: string | null;
};

/** Whose reports: one's own, or, on the command line, those of the person with that address. */
type Whose = { projectId: string; email?: string };

/** Which reports a person gets by mail. @throws AppError `not-found`, also for strangers. */
export async function listReports(ctx: Ctx, input: Whose): Promise<ReportSettings> {
  const key = await readerOf(ctx, input);
  const subscriptions = await listSubscriptions(ctx.database.pool, key);
  return { subscriptions, unavailable: ctx.config.smtpUrl === null ? MAIL_UNAVAILABLE : null };
}

/**
 * Makes a person get these reports and no others, at 08:00 by the clocks of `timeZone`.
 * @throws AppError `invalid` about `periods` or `timeZone`; `conflict` where no mail can be sent.
 */
export async function saveReports(
  ctx: Ctx,
  input: Whose & { periods: readonly string[]; timeZone: string },
): Promise<ReportSettings> {
  const key = await readerOf(ctx, input);
  const wanted = new Set(input.periods.map(parsePeriod));
  const zone = parseZone(input.timeZone);
  if (wanted.size > 0 && ctx.config.smtpUrl === null) throw new AppError("conflict", MAIL_UNAVAILABLE);
  await inTransaction(ctx.database.pool, async (client) => {
    for (const period of REPORT_PERIODS) {
      const nextAt = nextReportAt(period, zone, ctx.clock.now());
      if (wanted.has(period)) await saveSubscription(client, { ...key, period, timeZone: zone.name, nextAt });
      else await deleteSubscription(client, { ...key, period });
    }
  });
  return listReports(ctx, input);
}

async function readerOf(ctx: Ctx, { projectId, email }: Whose): Promise<{ projectId: string; userId: string }> {
  const { id } = await requireProject(ctx, projectId, "see");
  const { actor } = ctx;
  if (actor.kind === "user") return { projectId: id, userId: actor.userId };
  const user = await findUserByEmail(ctx.database.pool, (email ?? "").trim().toLowerCase());
  if (user === null)
    throw new AppError("not-found", `There is no account with the e-mail address "${email ?? ""}".`, "email");
  await requireProject({ ...ctx, actor: { kind: "user", userId: user.id, operator: user.operator } }, id, "see");
  return { projectId: id, userId: user.id };
}

export type ReportPreview = { content: ReportContent; facts: ReportFacts };

/** The report that would leave now, about the last whole period. @throws AppError `invalid`, `not-found`. */
export async function previewReport(
  ctx: Ctx,
  input: { projectId: string; period: string; timeZone: string },
): Promise<ReportPreview> {
  const project = await requireProject(ctx, input.projectId, "see");
  const period = parsePeriod(input.period);
  const zone = parseZone(input.timeZone);
  const now = ctx.clock.now();
  const asked = {
    ...{ projectId: project.id, period, timeZone: zone.name, ...spanBefore(period, zone, now) },
    userId: ctx.actor.kind === "user" ? ctx.actor.userId : "",
    mayChange: can(project.role, "change-jobs"),
    mailWorks: ctx.config.smtpUrl !== null,
    kinds: await kindsByName(ctx),
  };
  const facts = await loadReport(ctx.database.pool, asked, now);
  const known = { baseUrl: ctx.config.baseUrl, project: project.name, maskPatterns: project.maskPatterns, facts };
  return { content: reportContent({ ...known, graceLinks: graceLinksOf(ctx, facts) }), facts };
}

/** Where a person on the page puts proposals in force; the command line has commands for it. */
function graceLinksOf({ actor, links, config, clock }: Ctx, { graces, mayChange }: ReportFacts): Map<string, string> {
  if (actor.kind !== "user" || !mayChange) return new Map();
  const expiresAt = clock.now() + GRACE_LINK_LIFE_MS;
  return new Map(
    graces.top.map(({ jobId, graceMs, proposedMs }) => {
      const claims = graceClaims({ jobId, userId: actor.userId, graceMs, proposedMs });
      return [jobId, `${config.baseUrl}/grace/${links.sign(claims, expiresAt)}`];
    }),
  );
}
