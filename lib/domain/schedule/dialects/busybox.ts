import { BUSYBOX_FIELDS, readBusyboxField } from "../busybox-field.ts";
import type { CronPlan } from "../cron-plan.ts";
import { expandNickname, REBOOT } from "../debian-grammar.ts";
import type { CronDialect } from "../dialect.ts";
import { fieldOf } from "../field-reader.ts";
import { FIVE_FIELDS, splitByLayout } from "../split-fields.ts";

const SCHEDULER = "BusyBox";
const EXAMPLE = "0 2 * * 1-5";

/** The crond of BusyBox, as in Alpine and OpenWrt. It wakes every minute and looks at the clock. */
export const busybox: CronDialect = {
  title: "Alpine, OpenWrt (BusyBox)",
  scheduler: SCHEDULER,
  example: EXAMPLE,
  grammar: parseBusybox,
  dayRule: ({ days, weekdays }) => (days.starred || weekdays.starred ? "both" : "either"),
  policy: () => ({ gap: "skip", fold: "both" }),
  jitterMs: 0,
};

function parseBusybox(expression: string): CronPlan {
  const trimmed = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  if (trimmed === "@reboot") return REBOOT;
  const text = trimmed.startsWith("@") ? expandNickname(trimmed) : trimmed;
  const texts = splitByLayout(text, { layouts: [FIVE_FIELDS], scheduler: SCHEDULER, example: EXAMPLE });
  const { minute = "", hour = "", day = "", month = "", weekday = "" } = texts;
  const warnings = text.includes("#")
    ? ['BusyBox takes a "#" for the start of a comment and skips a line without a command.']
    : [];
  const fields = {
    seconds: fieldOf("0", [0]),
    minutes: text.includes("#") ? fieldOf(minute, []) : readBusyboxField(minute, BUSYBOX_FIELDS.minute, warnings),
    hours: readBusyboxField(hour, BUSYBOX_FIELDS.hour, warnings),
    days: readBusyboxField(day, BUSYBOX_FIELDS.day, warnings),
    months: readBusyboxField(month, BUSYBOX_FIELDS.month, warnings),
    weekdays: readBusyboxField(weekday, BUSYBOX_FIELDS.weekday, warnings),
    dayRules: [],
    weekdayRules: [],
    years: null,
  };
  return { kind: "times", fields, warnings };
}
