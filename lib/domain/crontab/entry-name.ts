/** The heads of columns in the comments that come with every crontab. */
const COLUMN_HEADS = /^m(?:in(?:ute)?s?)?[\s,]+h(?:ours?)?\b/i;
/** A line of a crontab that was put out of use. */
const DISABLED_ENTRY = /^(?:@[a-z]+\s|(?:[-\d*/,~]+\s+){3})/;

/** The name that the comment directly above an entry gives it; null where it is none. */
export function nameFromComment(comment: string): string | null {
  const text = comment
    .replace(/^[ \t]*#+[ \t]*/, "")
    .replace(/^Ansible:\s*/, "")
    .trim();
  if (!/\p{L}{2}/u.test(text) || COLUMN_HEADS.test(text) || DISABLED_ENTRY.test(text)) return null;
  return text;
}
