const TWO_32 = 2 ** 32;
const HIGH_BITS = 0x1f_ffff;

const BETWEEN = "|".charCodeAt(0);

/** As `hashOf`, in 16 digits at most. */
export function fingerprint(...texts: readonly string[]): string {
  return String(hashOf(...texts));
}

/**
 * A number below 2^53 that stands for some texts in order, only to be compared for equality: different ones have the same
 * in a case out of 2^53. Not for secrets.
 */
export function hashOf(...texts: readonly string[]): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const text of texts) {
    // The unit past the end stands for what parts one text from the next.
    for (let index = 0; index <= text.length; index++) {
      const unit = index < text.length ? text.charCodeAt(index) : BETWEEN;
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(high ^ unit ^ (low >>> 15), 0x85ebca6b);
    }
  }
  return TWO_32 * ((high ^ (high >>> 13)) & HIGH_BITS) + (low >>> 0);
}
