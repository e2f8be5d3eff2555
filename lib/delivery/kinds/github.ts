import type { AlertMessage } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import { readAnswer, untilUnixTime } from "../api-answer.ts";
import { type ChannelKind, DeliveryError, type SendContext, type SendReceipt } from "../channel.ts";
import { escapeGithub, renderCommonmark } from "../markup/commonmark.ts";
import { endedKeys, endsIncident } from "../markup/incident.ts";
import type { HttpAnswer, HttpMethod, HttpSender } from "../http.ts";
import { parseSetting } from "../settings/setting.ts";
import { parseTargetUrl } from "../settings/address.ts";

export type GithubSettings = {
  /** `owner/name`. */
  repo: string;
  token: string;
  /** Without a slash at its end. */
  api: string;
};

const API = "https://api.github.com";
const ENTERPRISE_EXAMPLE = "https://github.example.org/api/v3";

const NO_REPOSITORY = "GitHub knows no such repository, or this token may not see it: check both.";
const NO_LABELS =
  "GitHub opened the issue without its labels, by which Belfry finds it again: who made the token must be able to write to the repository.";

/** Everything that Belfry opened has this label. */
const LABEL = "belfry";

/**
 * An issue for each incident: opened, commented on, closed by the recovery. It is found again by a label of its own, since
 * labels are listed at once while GitHub's search lags; the recovery takes that label out of the repository again.
 */
export function githubKind(http: HttpSender): ChannelKind<GithubSettings> {
  return {
    kind: "github",
    label: "GitHub issues",
    hint: "In GitHub: Settings → Developer settings → Fine-grained tokens; give it this repository alone, with Issues: read and write. A test opens an issue.",
    fields: [
      { name: "repo", label: "Repository", placeholder: "acme/operations" },
      { name: "token", label: "Token", placeholder: "github_pat_…", input: "secret" },
      {
        name: "api",
        label: "API address",
        placeholder: API,
        optional: true,
        hint: `Only for GitHub Enterprise Server, such as ${ENTERPRISE_EXAMPLE}.`,
      },
    ],
    unavailable: null,
    keepsIncidents: true,
    parseSettings({ repo, token, api = "" }) {
      const { origin, pathname } = parseTargetUrl(api === "" ? API : api, http.rule, "api", ENTERPRISE_EXAMPLE);
      const sentence = "Paste a fine-grained token, which begins with github_pat_.";
      return {
        repo: parseRepo(repo),
        token: parseSetting(token, { field: "token", pattern: /^[\w-]{20,300}$/, sentence }),
        api: `${origin}${pathname.replace(/\/+$/, "")}`,
      };
    },
    summary: ({ repo, api }) => (api === API ? repo : `${repo} on ${new URL(api).host}`),
    async send({ repo, token, api }, message, context) {
      const headers = {
        accept: "application/vnd.github+json",
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
        authorization: `Bearer ${token}`,
      };
      const call: Call = async (method, path, body) => {
        const url = `${api}/repos/${repo}${path}`;
        const text = body === undefined ? "" : JSON.stringify(body);
        return http.call({ method, url, headers, body: text, signal: context.signal });
      };
      // Whoever can read the repository could use links that act, and that may be everybody.
      const { number, ...receipt } = await tell(call, { ...message, actions: [] }, context);
      return { ...receipt, externalId: number === null ? null : `${repo}#${number}` };
    },
  };
}

type Call = (method: HttpMethod, path: string, body?: Readonly<Record<string, unknown>>) => Promise<HttpAnswer>;

type Told = Omit<SendReceipt, "externalId"> & { number: number | null };

async function tell(call: Call, message: AlertMessage, context: SendContext): Promise<Told> {
  const { incident, event } = message;
  if (incident === null) return openIssue(call, message, [LABEL]);
  if (endsIncident(message)) return closeAll(call, message);
  const label = `${LABEL}-${incident.id}`;
  const found = await find(call, label);
  const number = numberOf(found.answer);
  if (number === null) return openIssue(call, message, [LABEL, label]);
  if (event === "opened" && isRepeated(context))
    return { status: found.status, answer: `Issue #${number} is open already.`, number };
  return { ...(await comment(call, message, number)), number };
}

/** Whether the issue can only be of an attempt before this one, whose answer was lost. */
function isRepeated({ attempt, earlierId }: SendContext): boolean {
  return attempt > 1 && earlierId === null;
}

async function find(call: Call, label: string): Promise<SendReceipt> {
  return receive(await call("GET", `/issues?state=all&per_page=1&labels=${encodeURIComponent(label)}`));
}

/** With an outage end the issues of those of its incidents that were told alone before. */
async function closeAll(call: Call, message: AlertMessage): Promise<Told> {
  const closeOne = async (key: string): Promise<Told> => {
    const label = `${LABEL}-${key}`;
    return closeIssue(call, message, { number: numberOf((await find(call, label)).answer), label });
  };
  const [key = "", ...others] = endedKeys(message);
  for (const other of others) await closeOne(other);
  return closeOne(key);
}

async function openIssue(call: Call, message: AlertMessage, labels: readonly string[]): Promise<Told> {
  const marker = message.incident === null ? "" : `<!-- belfry incident ${message.incident.id} -->\n`;
  const body = { title: message.verdict, body: `${marker}${bodyOf(message)}`, labels };
  const receipt = receive(await call("POST", "/issues", body));
  // GitHub drops the labels of people who may not set them, and then nothing would find this issue again.
  if (!labels.every((label) => receipt.answer.includes(`"${label}"`))) {
    throw new DeliveryError({ permanent: true, status: receipt.status, answer: NO_LABELS });
  }
  return { ...receipt, number: numberOf(receipt.answer) };
}

/** Closed first: where the comment then fails, the next attempt closes once more and comments once. */
async function closeIssue(
  call: Call,
  message: AlertMessage,
  { number, label }: { number: number | null; label: string },
): Promise<Told> {
  if (number === null) return { status: null, answer: "There is no issue of this incident to close.", number };
  receive(await call("PATCH", `/issues/${number}`, { state: "closed", state_reason: "completed" }));
  const receipt = await comment(call, message, number);
  // The recovery has arrived: a label that stays is no reason to send it again.
  await call("DELETE", `/labels/${encodeURIComponent(label)}`).catch(() => undefined);
  return { ...receipt, number };
}

async function comment(call: Call, message: AlertMessage, number: number): Promise<SendReceipt> {
  const body = `### ${escapeGithub(message.verdict)}\n\n${bodyOf(message)}`;
  return receive(await call("POST", `/issues/${number}/comments`, { body }));
}

function bodyOf(message: AlertMessage): string {
  return renderCommonmark(message, { escape: escapeGithub, lineEnd: "\n\n" });
}

/** The first issue in an answer, whose end may be cut off: a quote inside a text stands behind a backslash. */
function numberOf(answer: string): number | null {
  const digits = /"number":\s*(\d{1,15})/.exec(answer)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** GitHub says "slow down" with 403 as well, and "this token may not see it" with 404. @throws DeliveryError */
function receive(answer: HttpAnswer): SendReceipt {
  const { status, body } = answer;
  const spent = answer.header("x-ratelimit-remaining") === "0";
  const limited = status === 403 && (spent || answer.header("retry-after") !== null || /rate limit|abuse/i.test(body));
  return readAnswer(answer, {
    permanent: limited ? false : null,
    retryAfterMs: spent ? untilUnixTime(answer, "x-ratelimit-reset", Date.now()) : null,
    advice: status === 404 ? NO_REPOSITORY : null,
  });
}

function parseRepo(value: string | undefined): string {
  const sentence = "Write the repository as owner/name, such as acme/operations.";
  const repo = parseSetting(value, { field: "repo", pattern: /^[A-Za-z\d-]{1,39}\/[\w.-]{1,100}$/, sentence });
  if (/\/\.{1,2}$/.test(repo)) throw new AppError("invalid", sentence, "repo");
  return repo;
}
