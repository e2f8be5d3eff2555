import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AlertList, type AlertView, type DeliveryView } from "../../../components/incidents/alert-list.tsx";
import { MINUTE, SECOND } from "../../../lib/domain/time.ts";

const AT = Date.UTC(2026, 2, 1, 3);
const ATTEMPT = {
  attempt: 1,
  startedAt: AT,
  finishedAt: AT + 2 * SECOND,
  accepted: false,
  status: 503,
  answer: "later",
};

function shown(delivery: Partial<DeliveryView>): string {
  const known = {
    id: "d",
    to: "Ops",
    kind: "slack",
    state: "pending",
    attempts: 0,
    lastError: null,
    sentAt: null,
  } as const;
  const whole: DeliveryView = { ...known, nextAttemptAt: null, onlyIf: null, log: [], ...delivery };
  const alerts: AlertView[] = [
    { id: "a", event: "opened", at: AT, hold: null, holdDetail: null, planAt: null, deliveries: [whole] },
  ];
  return renderToStaticMarkup(<AlertList alerts={alerts} none="Nobody." />)
    .replace(/<style.*?<\/style>|<[^>]+>/g, " ")
    .replace(/\s+([,.:])?/g, " $1")
    .replaceAll(" ,", ",")
    .trim();
}

test("a delivery shows every attempt: how long it took, and what was answered", () => {
  const log = [ATTEMPT, { ...ATTEMPT, attempt: 2, accepted: true, status: 200, answer: "ok" }];
  const text = shown({ state: "sent", attempts: 2, sentAt: AT + MINUTE, log });
  expect(text).toContain("2 attempts");
  expect(text).toMatch(/not taken after 2\.0 s with 503 ?: later/);
  expect(text).toMatch(/taken after 2\.0 s with 200 ?: ok/);
});

test("an attempt whose process ended says that there is no answer", () => {
  expect(shown({ log: [{ ...ATTEMPT, finishedAt: null, accepted: null, answer: null }] })).toContain(
    "no answer on record",
  );
});

test("attempts whose answer nobody lived to hear are counted, also after a replay, and the one under way is not", () => {
  const second = { ...ATTEMPT, attempt: 2, accepted: true, status: 200, answer: "ok" };
  const cut = shown({ state: "sent", attempts: 2, sentAt: AT + MINUTE, log: [second] });
  expect(cut).toContain("2 attempts");
  expect(cut).toContain("1 has no answer on record, as Belfry ended before that came: it may have arrived.");
  expect(shown({ attempts: 3, log: [] })).toContain("3 have no answer on record");
  expect(shown({ state: "dead", attempts: 2, log: [ATTEMPT, second, ATTEMPT] })).toContain("1 has no answer");
  expect(shown({ state: "dead", attempts: 1, log: [ATTEMPT, second, ATTEMPT] })).not.toContain("no answer");
  expect(shown({ state: "sending", attempts: 2, log: [ATTEMPT] })).not.toContain("no answer");
  // Its log was deleted with what is old.
  expect(shown({ state: "sent", attempts: 2, log: [] })).not.toContain("no answer");
});

test("what was put off says when it leaves, and on what that depends", () => {
  const text = shown({ nextAttemptAt: AT + 60 * MINUTE, onlyIf: "unacknowledged" });
  expect(text).toMatch(/waiting over Ops, leaves .* if nobody has acknowledged the incident/);
  expect(shown({ nextAttemptAt: AT, onlyIf: "open" })).toContain("if the incident is still open");
  expect(shown({ nextAttemptAt: AT })).not.toContain("leaves");
});
