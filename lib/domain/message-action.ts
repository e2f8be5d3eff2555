import { tooQuick } from "./message-verdict.ts";
import type { IncidentInput } from "./message.ts";

/** What of a message is already masked and cleaned. */
type Cleaned = { host: string | null; said: string | null };

/** What to do now: one concrete sentence by cause; null where there is nothing to do. */
export function actionOf({ event, facts, job, output }: IncidentInput, { host, said }: Cleaned): string | null {
  if (event === "resolved" || event === "stable") return null;
  const on = host === null ? "" : ` on ${host}`;
  if (event === "unstable") {
    return `Look for what comes and goes${on}: the network, a lock, memory, a service it needs; compare a run that failed with one that did not.`;
  }
  switch (facts.cause) {
    case "missed":
      return missedAction(job.scheduleKind === "cron", host);
    case "failed":
      return tooQuick(facts) ? tooQuickAction(on) : failedAction(facts.exitCode, { on, sent: sentOf(output, said) });
    case "overlong":
      return `See whether it hangs or is only slow${on}: ps -eo pid,etime,args; if this is normal now, raise the job's time limit.`;
    case "overlap":
      return `Keep runs apart with a lock (flock -n /tmp/${job.slug}.lock your-command), or allow overlap in the job's settings.`;
    case "abandoned":
      return `See whether it still runs${on}, and let its last step ping in every case, also when it fails.`;
    case "slow":
      return `See what holds it up${on}: ps -eo pid,etime,args; if this is normal now, turn the warning off in the job's settings.`;
    case "too-often":
      return `See what starts it${on}: two crontabs, two machines, or a scheduler that tries again; or correct the schedule, or allow it in the job's settings.`;
    case "never-pinged":
      return "Put the job's ping line into its crontab or script and run it once by hand, or delete the job in Belfry.";
    case "fast":
      return `See whether it has done its work${on}: read its output, and look at what it should have made.`;
  }
}

function missedAction(cron: boolean, host: string | null): string {
  const machine = host === null ? "the machine" : host;
  return cron
    ? `Check that ${machine} is up and cron runs: systemctl status cron; then that the job's line is still there: crontab -l.`
    : `Check that ${machine} is up and that what starts the job runs.`;
}

function tooQuickAction(on: string): string {
  return `See whether it has done its work${on}: read its output, and look at what it should have made; if it is that quick now, lower the job's shortest run time.`;
}

/** What of its own words the run sent. */
type Sent = "output" | "message" | "nothing";

function sentOf(output: string | null, said: string | null): Sent {
  if (output !== null) return "output";
  return said === null ? "nothing" : "message";
}

const FAILED_ACTIONS: Readonly<Record<Sent, (on: string) => string>> = {
  output: (on) => `Read the output, repair the cause, then run the command by hand${on} as the same user.`,
  message: (on) => `Repair the cause, then run the command by hand${on} as the same user.`,
  nothing: (on) =>
    `Run the command by hand${on} as the same user; to see its output here next time, send it as the ping's body.`,
};

function failedAction(exitCode: number | null, { on, sent }: { on: string; sent: Sent }): string {
  switch (exitCode) {
    case 124:
      return `See what it waited for${on}, or give the timeout command more time.`;
    case 126:
      return `Make the command executable${on} (chmod +x), or name its interpreter.`;
    case 127:
      return `Write the command with its full path${on}: cron's PATH is short.`;
    case 130:
    case 143:
      return `Find out who ended it${on}: a person, a restart or a shutdown (last -x; journalctl -b -1).`;
    case 137:
      return `Look whether the kernel ran out of memory${on}: journalctl -k | grep -i "out of memory".`;
    case 139:
      return `The program crashed: look at its core dump${on} (coredumpctl info) and what changed last.`;
    default:
      return FAILED_ACTIONS[sent](on);
  }
}
