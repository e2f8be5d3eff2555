import type { WindowScope } from "../../domain/alerting/window.ts";
import { formatDuration } from "../../domain/duration.ts";
import { joined } from "../../domain/schedule/word-list.ts";
import { type Instant, SECOND } from "../../domain/time.ts";
import { listUnknownNames } from "../../store/scope-names.ts";
import { endSnooze, openSnooze } from "../../store/window-snoozes.ts";
import { type Answer, createAnswers, NATIVE_MANNER, send } from "../answers.ts";
import { hasBody } from "../body.ts";
import type { PingHandler } from "../handler.ts";
import type { Intake } from "../intake.ts";
import { refuse } from "../refusal.ts";
import { type Client, clientOf } from "../ticket.ts";
import { readSnooze, type SnoozeRequest } from "./request.ts";

/** Requests that are served at the same time: each holds a connection to the database. */
const MOST_AT_ONCE = 10;

const ONLY_POST = "send it with POST: previews and scanners fetch every link with GET, and must not silence anything";

const NO_SLUG =
  "the ping key is right, but there is no such job; correct the slug, or say tag=, host= or all=1 instead";

/** Serves requests that open a window, or end one, and leaves to `otherwise` what turns out to be a ping. */
export function createSnoozeHandler(intake: Intake, otherwise: PingHandler): PingHandler {
  const answers = createAnswers(intake.bodyLimit, NATIVE_MANNER);
  let running = 0;

  async function serve(asked: SnoozeRequest, visit: Visit): Promise<Answer> {
    const { address } = asked;
    const { jobId, projectId } = await intake.resolve(address);
    if (projectId === null || (asked.scope === null && jobId === null)) {
      const known = projectId !== null;
      const refusal = refuse(known || address.kind === "job" ? "not-found" : "unknown-key", address);
      const { status, body, advice, reason } = refusal;
      intake.turnAway({ protocol: "native", reason, address, known, ...visit });
      return answers.refusal(status, body, known && address.kind === "slug" ? NO_SLUG : advice);
    }
    const scope = {
      jobIds: jobId === null || asked.scope !== null ? [] : [jobId],
      tags: [],
      hosts: [],
      ...asked.scope,
    };
    const what = whatOf(asked);
    if (asked.forMs === null) {
      const ended = await endSnooze(intake.pool, { projectId, scope });
      return answers.plain(ended ? `ended: alerts of ${what} no longer wait` : `nothing was snoozed for ${what}`);
    }
    const name = asked.name ?? "Snoozed by a ping";
    const snooze = { projectId, scope, name, createdBy: whoOf(visit.client), forMs: asked.forMs };
    const until = await openSnooze(intake.pool, snooze);
    if (until === null)
      return answers.refusal(409, "too many windows are open in this project: end some with unsnooze");
    const unknown = await listUnknownNames(intake.pool, { projectId, ...scope });
    return answers.plain(sentenceOf(what, until, intake.now()) + unknownOf(unknown));
  }

  async function take(asked: SnoozeRequest, visit: Visit): Promise<Answer> {
    if (running >= MOST_AT_ONCE || intake.refusesAll()) return answers.unavailable;
    running += 1;
    try {
      return await serve(asked, visit);
    } catch (error) {
      intake.fault(error);
      return answers.unavailable;
    } finally {
      running -= 1;
    }
  }

  return (request, response) => {
    const { url = "", method } = request;
    const asked = readSnooze(url);
    if (asked === null) return otherwise(request, response);
    const answer = (ready: Answer) => send(response, ready, hasBody(request) && !request.complete);
    if (method === "OPTIONS") return answer(answers.preflight);
    if (method !== "POST") return answer(answers.onlyPost(ONLY_POST));
    if (asked.kind === "mistake") return answer(answers.refusal(400, asked.line));
    const excess = intake.gate.admit(asked, request);
    if (excess !== null) {
      const seconds = Math.ceil(excess.afterMs / SECOND);
      return answer(answers.tooMany(seconds, `too many requests: try again in ${seconds} s`));
    }
    const client = clientOf(request, intake.sourceOf(request));
    void take(asked, { receivedAt: intake.now(), client, url }).then(answer);
  };
}

type Visit = { receivedAt: Instant; client: Client; url: string };

/** Whose alerts. */
function whatOf({ address, scope }: SnoozeRequest): string {
  if (scope === null) return address.kind === "job" ? "this job" : address.slug;
  const { tags, hosts }: Pick<WindowScope, "tags" | "hosts"> = scope;
  if (tags.length + hosts.length === 0) return "the whole project";
  return joined([...tags.map((tag) => `tag ${tag}`), ...hosts.map((host) => `host ${host}`)]);
}

function sentenceOf(what: string, until: Instant, now: Instant): string {
  const at = new Date(until).toISOString().slice(0, 19).replace("T", " ");
  const left = formatDuration(Math.max(SECOND, Math.round((until - now) / SECOND) * SECOND));
  return `snoozed until ${at} UTC (${left}): alerts of ${what} wait, and are sent then if it is still wrong`;
}

/** What of it means no job: mostly it is mistyped, but the job may also run there next. */
function unknownOf({ tags, hosts }: Pick<WindowScope, "tags" | "hosts">): string {
  const parts = [
    ...(tags.length === 0 ? [] : [`no job has the ${named("tag", tags)} now`]),
    ...(hosts.length === 0 ? [] : [`${tags.length === 0 ? "no job" : "none"} ran last on the ${named("host", hosts)}`]),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", and ")}: check the spelling`;
}

function named(word: string, names: readonly string[]): string {
  return `${word}${names.length === 1 ? "" : "s"} ${joined(names)}`;
}

function whoOf({ source, userAgent }: Client): string {
  const program = userAgent?.split(/[\s/]/)[0] ?? "";
  return `a ping${source === null ? "" : ` from ${source}`}${program === "" ? "" : ` (${program.slice(0, 40)})`}`;
}
