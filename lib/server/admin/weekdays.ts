import { AppError } from "../../errors.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Of `fri-mon,wed`: 1 Monday … 7 Sunday. @throws AppError `invalid` about the option `field`, written as `name`. */
export function weekdaysOf(text: string, { name, field }: { name: string; field: string }): number[] {
  return text.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map((word) => DAYS.indexOf(word.trim().toLowerCase()) + 1);
    if (first < 1 || last < 1) throw new AppError("invalid", `${name} takes days such as mon-fri or sat,sun.`, field);
    const count = ((last - first + 7) % 7) + 1;
    return Array.from({ length: count }, (_, index) => ((first - 1 + index) % 7) + 1);
  });
}
