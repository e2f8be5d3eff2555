/** Of numbers to the base of 64, from the least to the highest: none has a meaning in JSON. */
export const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_~";

export const DIGIT_BITS = 6;
export const NO_DIGIT = 0xff;

/** The values of digits to the base of 64, by their bytes. */
export const VALUES = valuesOf(DIGITS);

/** Hexadecimal digits in lower case, and their values by their bytes. */
export const HEX_DIGITS = Buffer.from("0123456789abcdef");
export const HEX_VALUES = valuesOf(HEX_DIGITS.toString());

export const UUID_LENGTH = 36;

/** Of a UUID in digits to the base of 64. */
export const UUID_BYTES = 22;

/** Where in a UUID's text the dashes are, and where the digits. */
export const UUID_DASHES: readonly number[] = [8, 13, 18, 23];
export const UUID_DIGITS: readonly number[] = Array.from({ length: UUID_LENGTH }, (_, index) => index).filter(
  (index) => !UUID_DASHES.includes(index),
);

function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(256).fill(NO_DIGIT);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return values;
}
