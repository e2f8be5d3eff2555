import { expect, test } from "vitest";
import { handledText } from "../../../components/incidents/handling.ts";
import { localTimeText, parseLocalTime, tomorrowMorning } from "../../../components/incidents/snooze-times.ts";

test("what was done is said with what follows from it", () => {
  expect(handledText({ kind: "acknowledge" }, { changed: 1, asked: 1 })).toBe(
    "Acknowledged. The next reminder comes in a day.",
  );
  expect(handledText({ kind: "mute" }, { changed: 2, asked: 3 })).toBe(
    "Muted: 2 incidents. Nobody is told of it any more, not even of its end.",
  );
  expect(handledText({ kind: "snooze", until: "success" }, { changed: 1, asked: 1 })).toBe(
    "Snoozed. Nobody is reminded until it is over.",
  );
  expect(handledText({ kind: "unsnooze" }, { changed: 1, asked: 1 })).toBe(
    "Snooze ended. Reminders go on as before; of what is acknowledged, in a day.",
  );
  expect(handledText({ kind: "unmute" }, { changed: 0, asked: 1 })).toBe("It was so already.");
});

test("a time of one's own is read by one's own clock", () => {
  const at = Date.UTC(2026, 10, 22, 12, 15);
  // In Kathmandu, where tests run.
  expect(localTimeText(at)).toBe("2026-11-22T18:00");
  expect(parseLocalTime("2026-11-22T18:00")).toBe(at);
  expect(localTimeText(tomorrowMorning(at))).toBe("2026-11-23T09:00");
  for (const text of ["", "2026-11-22", "soon", "2026-99-22T18:00"]) expect(parseLocalTime(text)).toBeNull();
});
