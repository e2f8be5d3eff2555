import type { ChannelEditValues } from "../components/channels/channel-edit.tsx";
import type { ChannelFormValues } from "../components/channels/channel-form.tsx";
import type { RulesValues } from "../components/channels/rules-values.ts";
import { asRecord, asText, asTexts } from "./action-input.ts";

/** The form of a new channel as it was sent: whatever is missing or odd becomes empty, and the service says what is wrong. */
export function parseChannelForm(input: unknown): ChannelFormValues {
  const given = asRecord(input);
  const settings = Object.entries(asRecord(given.settings)).map(([name, value]) => [name, asText(value)] as const);
  return {
    kind: asText(given.kind),
    name: asText(given.name),
    settings: Object.fromEntries(settings),
    rules: parseRulesForm(given.rules),
    projects: asTexts(given.projects),
  };
}

/** The same of a channel that is changed. */
export function parseChannelEdit(input: unknown): ChannelEditValues {
  const given = asRecord(input);
  const settings = Object.entries(asRecord(given.settings)).map(
    ([name, value]) => [name, value === null ? null : asText(value)] as const,
  );
  return {
    ...{ name: asText(given.name), settings: Object.fromEntries(settings) },
    ...{ rules: parseRulesForm(given.rules), projects: asTexts(given.projects) },
  };
}

function parseRulesForm(input: unknown): RulesValues {
  const given = asRecord(input);
  const { delayMinutes, quietHours } = given;
  return {
    events: asTexts(given.events),
    severities: asTexts(given.severities),
    tags: asTexts(given.tags),
    delayMinutes: typeof delayMinutes === "number" ? delayMinutes : asText(delayMinutes),
    quietHours: quietHours === null || quietHours === undefined ? null : parseQuietForm(asRecord(quietHours)),
  };
}

function parseQuietForm(given: Record<string, unknown>): NonNullable<RulesValues["quietHours"]> {
  return {
    timeZone: asText(given.timeZone),
    days: Array.isArray(given.days) ? given.days.map(Number) : [],
    from: asText(given.from),
    to: asText(given.to),
    exceptCritical: given.exceptCritical === true,
  };
}
