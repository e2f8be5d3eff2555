/** One item as SDKs write it; `length: null` leaves the length out. */
export type Item = { type: string; payload: string | Buffer; length?: number | null };

/** An envelope as bytes. */
export function envelopeOf(items: readonly Item[], header: object = {}, newline = "\n"): Buffer<ArrayBuffer> {
  const parts = [Buffer.from(JSON.stringify(header))];
  for (const { type, payload, length } of items) {
    const bytes = Buffer.from(payload);
    const told = length === null ? {} : { length: length ?? bytes.length };
    parts.push(Buffer.from(JSON.stringify({ type, ...told })), bytes);
  }
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from(newline)]));
}

export function checkIn(fields: object): Item {
  return { type: "check_in", payload: JSON.stringify(fields) };
}
