import { Hourglass, MegaphoneOff } from "lucide-react";
import type { ReactNode } from "react";
import { Said } from "../base/said.tsx";
import { Mark } from "./care-line.tsx";
import type { HoldView } from "./hold-line.tsx";

type Props = {
  /** The alarm of an incident that nobody was told of. */
  alarm: HoldView;
  open: boolean;
};

/** In few words what an alarm waits for, or that no channel takes it; nothing where that is for seconds, or a person's wish. */
export function HoldMark({ alarm, open }: Props) {
  if (alarm.planAt === null) return alarm.hold === "nobody" ? <Untold /> : null;
  const wait = open ? waitOf(alarm) : null;
  return wait === null ? null : <Mark icon={<Hourglass size={14} aria-hidden />}>Alarm waits {wait}</Mark>;
}

function Untold() {
  return (
    <Mark icon={<MegaphoneOff size={14} aria-hidden />} tone="late">
      Nobody was told: no channel takes it
    </Mark>
  );
}

function waitOf({ hold, holdDetail }: HoldView): ReactNode {
  switch (hold) {
    case "window":
      return holdDetail === null ? (
        "for a window"
      ) : (
        <>
          for the window <Said text={holdDetail} />
        </>
      );
    case "upstream":
      return holdDetail === null ? (
        "for another job"
      ) : (
        <>
          for the job <Said text={holdDetail} />
        </>
      );
    case "unstable":
      return "as the job is unstable";
    case "nobody":
      return "for a channel that takes it";
    default:
      return null;
  }
}
