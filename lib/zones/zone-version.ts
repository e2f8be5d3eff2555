/** A release of tzdata, such as `2026f`; a packager's suffix does not count. */
const RELEASE = /^(\d{4})([a-z]{1,2})/;

/** Positive where `a` is the newer release, negative where `b` is, 0 where they are the same. What has no number is oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [RELEASE.exec(a), RELEASE.exec(b)];
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return left[0] === right[0] ? 0 : left[0] < right[0] ? -1 : 1;
}
