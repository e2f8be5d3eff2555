/** Bytes of a block that many small values share. */
export const BLOCK_BYTES = 65_536;

/** A new block with room for `bytes` more, that begins with what was written of the old one from `start` to `end`. */
export function nextBlock(
  block: Buffer,
  { start, end, bytes }: { start: number; end: number; bytes: number },
): Buffer<ArrayBuffer> {
  const next = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, (end - start + bytes) * 2));
  block.copy(next, 0, start, end);
  return next;
}
