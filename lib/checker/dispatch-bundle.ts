import type { MessageInput } from "../domain/message.ts";
import type { Bundle, BundleMember } from "../store/deliveries-bundle.ts";
import { NOT_SERVED } from "../store/channel-sharing.ts";
import type { DeliveryContext } from "../store/deliveries-context.ts";

/** Why something is not told after all. */
export const WITHDRAWN = "Taken back before it left.";
export const OVERTAKEN = "The job was in trouble again by then.";
export const PASSED = "It was over before the message left.";
export const KNOWN = "Somebody had acknowledged the incident before it left.";
export const LAPSED = "Nobody needed to hear of it any more.";

/** What one send is about. */
export type Cargo = {
  /** Null: nobody needs to hear of any of it. */
  input: MessageInput | null;
  /** What stays untold, the lead perhaps among it. */
  left: { id: string; reason: string }[];
  /** What is told of one trouble has the same; null without one. */
  thread: string | null;
};

/**
 * What is told of a claimed delivery and those that leave with it. `bundle` is null where it leaves alone. `keepers`: kinds
 * of channels whose receivers keep open whatever they are not told the end of.
 */
export function cargoOf(context: DeliveryContext, bundle: Bundle | null, keepers: ReadonlySet<string>): Cargo {
  const keeps = keepers.has(context.channel?.kind ?? "");
  if (bundle === null) {
    const reason = reasonAgainst(context, keeps) ?? (context.overtaken && !keeps ? OVERTAKEN : null);
    const left = reason === null ? [] : [{ id: context.id, reason }];
    return { input: reason === null ? context.input : null, left, thread: context.incidentId };
  }
  const left: Cargo["left"] = [];
  const told: BundleMember[] = [];
  const isLast = bundle.outage.open + bundle.outage.later === 0;
  for (const member of bundle.members) {
    const reason = reasonAgainst(member, keeps) ?? reasonAgainstMember(member, keeps, isLast);
    if (reason === null) told.push(member);
    else left.push({ id: member.deliveryId, reason });
  }
  return { input: told.length === 0 ? null : groupInput(context, bundle, told), left, thread: bundle.outage.id };
}

type Condition = { withdrawn: boolean; lapsed: boolean; known: boolean };

function reasonAgainst({ withdrawn, lapsed, known }: Condition, keeps: boolean): string | null {
  if (withdrawn) return WITHDRAWN;
  if (known && !keeps) return KNOWN;
  return lapsed ? LAPSED : null;
}

/** Who keeps incidents open is told of each, and that their outage is over. */
function reasonAgainstMember({ passed, overtaken }: BundleMember, keeps: boolean, isLast: boolean): string | null {
  if (passed && !keeps) return PASSED;
  return overtaken && !(keeps && isLast) ? OVERTAKEN : null;
}

/** Of an outage everything is told under its id, also where this channel hears of one job only, which is told in full. */
function groupInput({ id, input }: DeliveryContext, bundle: Bundle, told: BundleMember[]): MessageInput | null {
  if (input === null || input.event === "notice" || input.event === "test" || input.event === "report") return input;
  const [only] = told;
  const { alertId, at, baseUrl, maskPatterns, project, event } = input;
  // What held the lead back is nothing of a message that does not tell of it.
  const waited = told.some(({ deliveryId }) => deliveryId === id) ? input.waited : undefined;
  const { outage, heard, standing } = bundle;
  const alone = told.length === 1 && only?.deliveryId === id && !("outage" in input) ? input : null;
  const common = { alertId, at, baseUrl, maskPatterns, project, event, waited };
  return { ...common, outage, members: told, only: alone, heard, standing };
}

/** Why nothing is sent over its channel; null where it may. */
export function shutBy({ channel, input }: DeliveryContext): string | null {
  if (channel?.serves === false) return NOT_SERVED;
  return channel?.enabled === false && input?.event !== "test" ? "The channel is switched off." : null;
}
