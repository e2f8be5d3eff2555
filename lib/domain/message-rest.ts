import { groupBy } from "./group-by.ts";
import type { AlertFacts, Cause } from "./incident.ts";
import { cleanLine } from "./message-text.ts";
import type { EndFate, GroupInput, MessageIncident, StandingMember, Trouble } from "./message.ts";

const NAME_LENGTH = 100;
const MOST_NAMED = 5;
/** Names of more than this are counted. */
const NAMES_LENGTH = 160;

/** What an outage has beside the jobs that a message about the end of some lists. */
export type Rest = {
  /** Still in trouble, then again; both are empty where nothing was told before. */
  still: Trouble[];
  again: Trouble[];
  /** Not in trouble: why it is not listed. */
  unlisted: Unlisted[];
};

type Unlisted = { name: string; closed: boolean; fate: EndFate | null };

const FATES: readonly EndFate[] = ["later", "told", "muted"];

/** Each job of the outage once, as it is. */
export function restOf({ standing }: GroupInput, listed: ReadonlySet<string>): Rest {
  const rest: Rest = { still: [], again: [], unlisted: [] };
  for (const [jobId, own] of groupBy(standing, (member) => member.jobId)) {
    const open = own.find(({ event }) => event !== "resolved");
    const anew = own.find(({ again }) => (again ?? null) !== null);
    if (open !== undefined) rest.still.push(troubleOf(open));
    else if (anew !== undefined) rest.again.push({ ...troubleOf(anew), ...anew.again });
    else if (!listed.has(jobId)) rest.unlisted.push(unlistedOf(own));
  }
  return rest;
}

/** A job's trouble as its alert told it. */
function troubleOf({ jobId, incidentId, name, slug, facts }: Omit<StandingMember, "event">): Trouble {
  const { cause, finishedAt, minRuntimeMs = null } = facts;
  return { jobId, incidentId, name: cleanLine(name, NAME_LENGTH) || slug, cause, finishedAt, minRuntimeMs };
}

function unlistedOf(own: readonly StandingMember[]): Unlisted {
  const [first] = own;
  return {
    name: first === undefined ? "" : troubleOf(first).name,
    closed: own.some(({ closed }) => closed === true),
    fate: FATES.find((fate) => own.some((member) => member.fate === fate)) ?? null,
  };
}

/** What is left decides at an end; where that is not known, what it was. */
export function troublesOf({ event, members }: GroupInput, { still, again }: Rest): Trouble[] {
  const left = [...still, ...again];
  if (event === "resolved" && left.length > 0) return left;
  const told = members.map(troubleOf);
  const now = new Set(told.map(({ jobId }) => jobId));
  return [...told, ...still.filter(({ jobId }) => !now.has(jobId))];
}

/** Of all jobs that are told of now or were before; null where they do not have the same. */
export function causeOf(input: GroupInput): Cause | null {
  const [cause = null, ...others] = new Set(factsOf(input).map((facts) => facts.cause));
  return others.length === 0 ? cause : null;
}

/** Bad and missed runs of the same. */
export function figuresOf(input: GroupInput): Pick<MessageIncident, "badCount" | "missedCount"> {
  const all = factsOf(input);
  return {
    badCount: all.reduce((sum, { badCount }) => sum + badCount, 0),
    missedCount: all.reduce((sum, { missedCount }) => sum + missedCount, 0),
  };
}

function factsOf({ members, standing }: GroupInput): AlertFacts[] {
  const now = new Set(members.map(({ incidentId }) => incidentId));
  return [...members, ...standing.filter(({ incidentId }) => !now.has(incidentId))].map(({ facts }) => facts);
}

/** How many are not well, by name where the names are known. */
export function troubleLines({ still, again }: Rest, { open, again: anew, total }: GroupInput["outage"]): string[] {
  const stillNamed = still.length === 0 ? "" : `: ${namesOf(still)}`;
  const before = `${open} of ${total} jobs ${open === 1 ? "is" : "are"} still in trouble${stillNamed}.`;
  const who = again.length === 0 ? `${anew} of ${total} jobs` : namesOf(again);
  const count = again.length === 0 ? anew : again.length;
  return [
    ...(open === 0 ? [] : [before]),
    ...(count === 0 ? [] : [`${who} ${count === 1 ? "is" : "are"} in trouble again.`]),
  ];
}

/** `Recovered too, told before: a, b.`: the headline counts these, and the list has them not. */
export function unlistedLines({ unlisted }: Rest): string[] {
  return [...groupBy(unlisted, headingOf)].map(([heading, own]) => `${heading}: ${namesOf(own)}.`);
}

function headingOf({ fate, closed }: Unlisted): string {
  if (fate === "later") return "Told in another message";
  const end = closed ? "Closed too" : "Recovered too";
  if (fate === "told") return `${end}, told before`;
  return fate === "muted" ? `${end}, muted` : end;
}

/** `a, b and 3 more`. */
function namesOf(own: readonly { name: string }[]): string {
  const named: string[] = [];
  let length = 0;
  for (const { name } of own.slice(0, MOST_NAMED)) {
    length += name.length;
    if (named.length > 0 && length > NAMES_LENGTH) break;
    named.push(name);
  }
  const more = own.length - named.length;
  const last = more > 0 ? `${more} more` : named.pop();
  return named.length === 0 ? (last ?? "") : `${named.join(", ")} and ${last}`;
}
