import { type JobFormValues, PLAIN_POLICY_VALUES, type PolicyValues } from "../components/jobs/job-form-values.ts";
import { asRecord, asText, asTexts } from "./action-input.ts";

/** A job's form as it was sent: whatever is missing or odd becomes empty, and the service says what is wrong. */
export function parseJobForm(input: unknown): JobFormValues {
  const given = asRecord(input);
  return {
    name: asText(given.name),
    slug: asText(given.slug),
    environment: asText(given.environment),
    description: asText(given.description),
    tags: asTexts(given.tags),
    schedule: asText(given.schedule),
    dialect: asText(given.dialect),
    timeZone: asText(given.timeZone),
    grace: asText(given.grace),
    maxRuntime: asText(given.maxRuntime),
    minRuntime: asText(given.minRuntime),
    jitter: asText(given.jitter),
    failuresToOpen: Number(given.failuresToOpen ?? 1),
    failureWindow:
      given.failureWindow === null || given.failureWindow === undefined ? null : Number(given.failureWindow),
    successesToClose: Number(given.successesToClose ?? 1),
    overlap: asText(given.overlap),
    unusual: asText(given.unusual),
    tooOften: asText(given.tooOften),
    upstreams: asTexts(given.upstreams),
    pingPolicy: parsePolicyForm(given.pingPolicy),
    channelIds: given.channelIds === null || given.channelIds === undefined ? null : asTexts(given.channelIds),
  };
}

/** None is a plain one. Where no keyword is looked for, the form offers all places. */
function parsePolicyForm(input: unknown): PolicyValues {
  if (input === null || input === undefined) return PLAIN_POLICY_VALUES;
  const given = asRecord(input);
  const words = {
    failureWords: asTexts(given.failureWords),
    successWords: asTexts(given.successWords),
    startWords: asTexts(given.startWords),
  };
  const noWords = Object.values(words).every((list) => list.length === 0);
  return {
    ...words,
    methods: asText(given.methods),
    manualResume: given.manualResume === true,
    places: noWords ? PLAIN_POLICY_VALUES.places : asTexts(given.places),
    otherwise: asText(given.otherwise),
  };
}
