import { afterEach, beforeEach, expect } from "vitest";
import type { DispatchDeps } from "../../lib/checker/dispatch.ts";
import type { Loop } from "../../lib/checker/loop.ts";
import type { DatabaseClock } from "../../lib/store/clock.ts";
import type { TestDatabase } from "./database.ts";
import { useDispatch } from "./dispatch-trial.ts";
import { eventually } from "./eventually.ts";
import { startHttpSink, type HttpSink, type SunkRequest } from "./http-sink.ts";
import type { TestProject } from "./jobs.ts";
import { addProject, listStored } from "./outbox.ts";
import { startSmtpSink, type SmtpSink } from "./smtp-sink.ts";

/** Long enough for what is due at once, on a busy machine. */
export const SOON = 20_000;

/** What dispatchers work on, new for each test: their database, a receiver of webhooks and one of mail. */
export type Surroundings = { database: TestDatabase; clock: DatabaseClock; sink: HttpSink; mail: SmtpSink };

export type Dispatchers = {
  surroundings: () => Surroundings;
  /** One of its own process, as far as the database can tell. */
  start: (changes?: Partial<DispatchDeps>, smtpUrl?: string | null) => Loop;
  /** A project with webhooks at these paths of the sink. */
  webhooks: (...paths: string[]) => Promise<{ project: TestProject; channelIds: string[] }>;
  /** Of all deliveries. */
  states: () => Promise<string[]>;
  untilAll: (state: string) => Promise<void>;
};

/** The real dispatcher, several times if need be, between a queue and its receivers. */
export function tryDispatchers(): Dispatchers {
  let receivers: Pick<Surroundings, "sink" | "mail"> | null = null;
  beforeEach(async () => {
    const [sink, mail] = await Promise.all([startHttpSink(), startSmtpSink()]);
    receivers = { sink, mail };
  });
  afterEach(() => Promise.all([receivers?.sink.close(), receivers?.mail.close()]));
  // Its own end comes first, as what is set up last ends first: a receiver is there as long as anybody sends.
  const trial = useDispatch();
  const surroundings = (): Surroundings => {
    if (receivers === null) throw new Error("Only within a test.");
    return { database: trial.database(), clock: trial.clock(), ...receivers };
  };
  const states = async (): Promise<string[]> => (await listStored(trial.database())).map(({ state }) => state);
  return {
    surroundings,
    start: (deps = {}, smtpUrl = surroundings().mail.url) => trial.start({ channels: { smtpUrl }, deps }),
    webhooks(...paths) {
      const { database, sink } = surroundings();
      return addProject(
        database,
        paths.map((path) => ({ url: `${sink.url}${path}` })),
      );
    },
    states,
    async untilAll(state) {
      await eventually(async () => expect(new Set(await states())).toEqual(new Set([state])), SOON);
    },
  };
}

/** By which a receiver knows a delivery again. */
export const keyOf = (request: SunkRequest): string => String(request.headers["idempotency-key"]);
