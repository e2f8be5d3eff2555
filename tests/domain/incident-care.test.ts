import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { careAfter, type CareFacts, type IncidentAction, type IncidentCare } from "../../lib/domain/incident-care.ts";
import { DAY, HOUR, type Instant } from "../../lib/domain/time.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const MOMENT = { by: "Kim", now: NOW };
const FACTS: CareFacts = { open: true, reminders: 0, remindAfterMs: 4 * HOUR, untold: false };
const FRESH: IncidentCare = {
  ...{ acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null, snoozedUntilSuccess: false, mutedAt: null },
  remindAt: NOW + HOUR,
};

/** What several actions in a row come to. */
function after(actions: readonly IncidentAction[], facts: CareFacts = FACTS, care = FRESH): IncidentCare {
  return actions.reduce((before, action) => careAfter(before, action, facts, MOMENT)?.care ?? before, care);
}

const snooze = (until: Instant | null): IncidentAction => ({ kind: "snooze", until });

describe("acknowledging", () => {
  test("names who did it and puts the next reminder off by a day", () => {
    expect(after([{ kind: "acknowledge" }])).toEqual({
      ...FRESH,
      ...{ acknowledgedAt: NOW, acknowledgedBy: "Kim", remindAt: NOW + DAY },
    });
  });

  test("never brings a reminder forward", () => {
    const late = { ...FRESH, remindAt: NOW + 3 * DAY };
    expect(after([{ kind: "acknowledge" }], FACTS, late).remindAt).toBe(NOW + 3 * DAY);
  });

  test("leaves alone when a snooze ends", () => {
    expect(after([snooze(NOW + HOUR), { kind: "acknowledge" }]).remindAt).toBe(NOW + HOUR);
  });

  test("brings no reminders to a project that wants none", () => {
    const none = { ...FRESH, remindAt: null };
    expect(after([{ kind: "acknowledge" }], { ...FACTS, remindAfterMs: null }, none).remindAt).toBeNull();
  });

  test("can be taken back: reminders go on where they were", () => {
    const back = after([{ kind: "acknowledge" }, { kind: "unacknowledge" }], { ...FACTS, reminders: 1 });
    expect(back).toEqual({ ...FRESH, remindAt: NOW + 8 * HOUR });
  });
});

describe("an incident of which nobody was told, as somebody looked after it", () => {
  const untold: CareFacts = { ...FACTS, remindAfterMs: null, untold: true };

  test("is told at once when nobody does any more, also where nobody wants reminders", () => {
    expect(after([{ kind: "acknowledge" }, { kind: "unacknowledge" }], untold)).toEqual({ ...FRESH, remindAt: NOW });
    expect(after([{ kind: "acknowledge" }, { kind: "unacknowledge" }], { ...FACTS, untold: true }).remindAt).toBe(NOW);
  });

  test("is told when its mute ends as well, but not while somebody looks after it", () => {
    const muted: IncidentAction[] = [{ kind: "acknowledge" }, { kind: "mute" }];
    expect(after([...muted, { kind: "unacknowledge" }], untold).remindAt).toBeNull();
    expect(after([...muted, { kind: "unacknowledge" }, { kind: "unmute" }], untold).remindAt).toBe(NOW);
    expect(after([...muted, { kind: "unmute" }], untold).remindAt).toBeNull();
  });
});

describe("a snooze", () => {
  test("reminds of the incident when it ends, also where nobody wants reminders", () => {
    const snoozed = after([snooze(NOW + HOUR)], { ...FACTS, remindAfterMs: null });
    expect(snoozed).toMatchObject({ snoozedUntil: NOW + HOUR, snoozedUntilSuccess: false, remindAt: NOW + HOUR });
  });

  test("until the next success has no end of its own", () => {
    expect(after([snooze(null)])).toMatchObject({ snoozedUntil: null, snoozedUntilSuccess: true, remindAt: null });
  });

  test("can be ended early, which reminds of the incident now, and another one takes its place", () => {
    expect(after([snooze(NOW + HOUR), { kind: "unsnooze" }])).toEqual({ ...FRESH, remindAt: NOW });
    expect(after([snooze(null), { kind: "unsnooze" }], { ...FACTS, remindAfterMs: null }).remindAt).toBe(NOW);
    expect(after([snooze(null), snooze(NOW + HOUR)])).toMatchObject({
      snoozedUntilSuccess: false,
      remindAt: NOW + HOUR,
    });
  });

  test("of an acknowledged incident ends with a day's peace, if somebody ends it early", () => {
    const ended = after([{ kind: "acknowledge" }, snooze(NOW + HOUR), { kind: "unsnooze" }]);
    expect(ended.remindAt).toBe(NOW + DAY);
  });

  test("ends a mute, as a mute ends a snooze", () => {
    expect(after([{ kind: "mute" }, snooze(NOW + HOUR)]).mutedAt).toBeNull();
    expect(after([snooze(NOW + HOUR), { kind: "mute" }])).toMatchObject({ snoozedUntil: null, mutedAt: NOW });
  });
});

describe("a mute", () => {
  test("ends reminders, and its end begins them again", () => {
    expect(after([{ kind: "mute" }])).toMatchObject({ mutedAt: NOW, remindAt: null });
    expect(after([{ kind: "mute" }, { kind: "unmute" }])).toEqual({ ...FRESH, remindAt: NOW + 4 * HOUR });
  });

  test("is not ended by acknowledging", () => {
    expect(after([{ kind: "mute" }, { kind: "acknowledge" }])).toMatchObject({ mutedAt: NOW, remindAt: null });
  });
});

describe("whatever is done", () => {
  const actions = fc.oneof(
    fc.constantFrom<IncidentAction>(
      ...(["acknowledge", "unacknowledge", "unsnooze", "mute", "unmute"] as const).map((kind) => ({ kind })),
    ),
    fc.option(fc.integer({ min: 1, max: 10 }).map((hours) => NOW + hours * HOUR)).map(snooze),
  );

  test("doing it again changes nothing", () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 6 }), actions, (before, action) => {
        expect(careAfter(after([...before, action]), action, FACTS, MOMENT)).toBeNull();
      }),
    );
  });

  test("an incident is never reminded of while it is muted or snoozed until a success", () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 8 }), (done) => {
        const care = after(done);
        if (care.mutedAt !== null || care.snoozedUntilSuccess) expect(care.remindAt).toBeNull();
        else expect(care.remindAt).not.toBeNull();
        if (care.mutedAt !== null) expect(care).toMatchObject({ snoozedUntil: null, snoozedUntilSuccess: false });
      }),
    );
  });

  test("what is over stays as it is, but takes notes", () => {
    fc.assert(
      fc.property(actions, (action) => {
        expect(careAfter(FRESH, action, { ...FACTS, open: false }, MOMENT)).toBeNull();
      }),
    );
    expect(careAfter(FRESH, { kind: "note", text: "x" }, { ...FACTS, open: false }, MOMENT)).toEqual({
      ...{ care: FRESH, event: "note" },
    });
  });
});
