import type { Instant } from "../../lib/domain/time.ts";

/** What is in a compiled zone, in seconds. */
export type TzifContent = {
  version?: 1 | 2 | 3 | 4;
  /** By index; the first holds before all changes. */
  offsets: number[];
  changes?: [at: number, type: number][];
  /** From version 2 on. */
  rule?: string;
  leaps?: number;
  /** The four-byte block of fat files; slim ones leave it empty. */
  fat?: boolean;
};

/** The bytes of a compiled zone. */
export function makeTzif(content: TzifContent): Buffer {
  const { version = 2, rule = "", fat = false } = content;
  if (version === 1) return block(content, 1, false);
  const empty: TzifContent = { offsets: [0] };
  const old = block(fat ? content : empty, version, false);
  return Buffer.concat([old, block(content, version, true), Buffer.from(`\n${rule}\n`, "latin1")]);
}

function block({ offsets, changes: all = [], leaps = 0 }: TzifContent, version: number, wide: boolean): Buffer {
  // Four bytes reach from 1901 to 2038.
  const changes = wide ? all : all.filter(([at]) => Math.abs(at) < 2 ** 31);
  const names = Buffer.from("LMT\0");
  const header = Buffer.alloc(44);
  header.write(`TZif${version === 1 ? "\0" : version}`, "latin1");
  const counts = [offsets.length, 0, leaps, changes.length, offsets.length, names.length];
  counts.forEach((count, index) => header.writeUInt32BE(count, 20 + 4 * index));
  const times = changes.map(([at]) => timeOf(at, wide));
  const types = Buffer.from(changes.map(([, type]) => type));
  const details = offsets.map((offset) => {
    const detail = Buffer.alloc(6);
    detail.writeInt32BE(offset, 0);
    return detail;
  });
  const tail = Buffer.alloc(leaps * (wide ? 12 : 8) + offsets.length);
  return Buffer.concat([header, ...times, types, ...details, names, tail]);
}

function timeOf(at: Instant, wide: boolean): Buffer {
  const time = Buffer.alloc(wide ? 8 : 4);
  if (wide) time.writeBigInt64BE(BigInt(at));
  else time.writeInt32BE(at);
  return time;
}
