import { type Millis, SECOND } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";

/** `+4 s`, `−12 s` (early), `on time` within a second. */
export function delayText(delay: Millis): string {
  if (Math.abs(delay) < SECOND) return "on time";
  return `${delay < 0 ? "−" : "+"}${lengthText(Math.abs(delay))}`;
}

/** `312 B`, `4.2 kB`, `1.1 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
