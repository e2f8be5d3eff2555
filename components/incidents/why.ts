/** A title begins with its cause, which stands beside it already. */
export function whyOf(title: string): string {
  const why = title.replace(/^[^:]*: /, "");
  return why.charAt(0).toUpperCase() + why.slice(1);
}
