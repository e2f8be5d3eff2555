import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate as inflateZlib, inflateRaw } from "node:zlib";

/** Bytes of a request after inflating; before it there may be no more either. */
export const LARGEST = 1_048_576;

type Inflater = (bytes: Buffer) => Promise<Buffer>;

// A stream that breaks off is read as far as it goes.
const ZLIB = { maxOutputLength: LARGEST, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { maxOutputLength: LARGEST, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const unzip: Inflater = (bytes) => promisify(gunzip)(bytes, ZLIB);
const unbrotli: Inflater = (bytes) => promisify(brotliDecompress)(bytes, BROTLI);
const deflated: Inflater = async (bytes) => {
  try {
    return await promisify(inflateZlib)(bytes, ZLIB);
  } catch (error) {
    if (isTooLarge(error)) throw error;
    return promisify(inflateRaw)(bytes, ZLIB);
  }
};

const INFLATERS: ReadonlyMap<string, Inflater> = new Map([
  ["gzip", unzip],
  ["x-gzip", unzip],
  ["br", unbrotli],
  ["deflate", deflated],
]);
const MOST_ENCODINGS = 3;

/**
 * The body as it was before it was packed, by its Content-Encoding. One that is not packed as it says, or in a way that we
 * do not know, is taken as it is. Null where it is too large, or a bomb.
 */
export async function inflate(body: Buffer, contentEncoding: string | undefined): Promise<Buffer | null> {
  const encodings = (contentEncoding ?? "").toLowerCase().split(",", MOST_ENCODINGS).toReversed();
  let bytes = body;
  try {
    for (const encoding of encodings) bytes = (await INFLATERS.get(encoding.trim())?.(bytes)) ?? bytes;
    // Some proxies take the header away and leave the body packed.
    if (isGzip(bytes)) bytes = await unzip(bytes);
  } catch (error) {
    if (isTooLarge(error)) return null;
  }
  return bytes.length > LARGEST ? null : bytes;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
