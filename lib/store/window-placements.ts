import { type AlertWindow, type PlacedWindow, placeWindows } from "../domain/alerting/window.ts";
import { MINUTE, type Instant, type Millis } from "../domain/time.ts";

/** For so long after it was placed a weekly window is not placed anew: others are quickly placed. It ends that much sooner than its horizon of weeks. */
const KEPT_MS: Millis = 10 * MINUTE;
/** Some projects' worth; beyond it all is forgotten. */
const MOST_KEPT = 2_000;

type Kept = { from: Instant; spans: PlacedWindow["spans"] };

/** By what a window's stretches follow from: one that is changed is another. */
const keptByTimes = new Map<string, Kept>();

/**
 * As `placeWindows`, from what was found in the last minutes: a project is planned every few seconds in trouble, and to place
 * 200 weekly windows takes as long as all the rest. Stretches that are over meanwhile may be among them.
 */
export function placeWindowsAgain(windows: readonly AlertWindow[], from: Instant): PlacedWindow[] {
  return windows.map((window) => ({ window, spans: spansOf(window, from) })).filter(({ spans }) => spans.length > 0);
}

function spansOf(window: AlertWindow, from: Instant): PlacedWindow["spans"] {
  if (window.times.kind !== "weekly") return placed(window, from);
  const times = JSON.stringify(window.times);
  const kept = keptByTimes.get(times);
  if (kept !== undefined && kept.from <= from && from < kept.from + KEPT_MS) return kept.spans;
  const spans = placed(window, from);
  if (keptByTimes.size >= MOST_KEPT) keptByTimes.clear();
  keptByTimes.set(times, { from, spans });
  return spans;
}

function placed(window: AlertWindow, from: Instant): PlacedWindow["spans"] {
  return placeWindows([window], from)[0]?.spans ?? [];
}
