import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** Shares of the time in which the processor was busy, the largest first. */
export type CpuProfile = { busyShare: number; groups: readonly Share[]; functions: readonly Share[] };
export type Share = { name: string; share: number };

type Node = { id: number; callFrame: CallFrame; children?: number[] };
type CallFrame = { functionName: string; url: string; lineNumber: number; columnNumber: number };
/** As V8 writes it: the node of each sample, and the microseconds since the one before. */
type Written = { nodes: Node[]; samples: number[]; timeDeltas: number[]; endTime: number };
type Place = { name: string; file: string; parent: number | null };

const IDLE = "(idle)";

/** The group of a function is that of the first file on the way to its caller that one of these knows. */
const GROUPS: readonly (readonly [name: string, files: RegExp])[] = [
  ["HTTP (Node)", /^node:_?http/],
  ["PostgreSQL client", /node_modules\/pg|lib\/store\/pipeline/],
  ["rules (lib/domain)", /lib\/domain\//],
  ["encoding and known states (lib/store)", /lib\/store\//],
  ["requests that come whole (lib/server)", /lib\/server\/whole/],
  ["reading, gathering, answering (lib/ping)", /lib\/|tests\/bench\//],
];
const COLLECTION = "garbage collection";
const OUTSIDE = "outside JavaScript: sockets, polling";
const OTHER = "Node's streams, timers, promises";

/** Reads the last `ms` of what `node --cpu-prof` wrote of a bundle with a source map. */
export function readProfile({ profile, map, ms }: { profile: string; map: string; ms: number }): CpuProfile {
  const written = JSON.parse(readFileSync(profile, "utf8")) as Written;
  const places = placesOf(written.nodes, new SourceMap(JSON.parse(readFileSync(map, "utf8"))));
  const groups = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  let idle = 0;
  for (let index = written.samples.length - 1; index >= 0 && busy + idle < ms * 1000; index--) {
    const id = written.samples[index] ?? 0;
    const place = places.get(id);
    const took = written.timeDeltas[index] ?? 0;
    if (place === undefined || place.name === IDLE) {
      idle += took;
      continue;
    }
    busy += took;
    add(functions, place.file === "" ? place.name : `${place.name} ${place.file}`, took);
    add(groups, groupOf(place, places), took);
  }
  return { busyShare: busy / (busy + idle), groups: sharesOf(groups, busy), functions: sharesOf(functions, busy) };
}

function placesOf(nodes: readonly Node[], map: SourceMap): Map<number, Place> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return new Map(
    nodes.map(({ id, callFrame }) => {
      const name = callFrame.functionName || "(anonymous)";
      return [id, { name, file: fileOf(callFrame, map), parent: parents.get(id) ?? null }];
    }),
  );
}

/** The source file, from the last folder of its own on; "" for what has none. */
function fileOf({ url, lineNumber, columnNumber }: CallFrame, map: SourceMap): string {
  if (!url.startsWith("file:")) return url;
  const entry = map.findEntry(lineNumber, columnNumber);
  if (!("originalSource" in entry)) return "";
  return entry.originalSource.replace(/^.*\/(?=(?:node_modules|lib|tests)\/)/, "");
}

function groupOf(place: Place, places: ReadonlyMap<number, Place>): string {
  if (place.name === "(garbage collector)") return COLLECTION;
  if (place.name === "(program)") return OUTSIDE;
  for (
    let at: Place | undefined = place;
    at !== undefined;
    at = at.parent === null ? undefined : places.get(at.parent)
  ) {
    const { file } = at;
    const group = GROUPS.find(([, files]) => files.test(file));
    if (group !== undefined) return group[0];
  }
  return OTHER;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function sharesOf(sums: ReadonlyMap<string, number>, whole: number): Share[] {
  return Array.from(sums, ([name, sum]) => ({ name, share: sum / whole })).toSorted((a, b) => b.share - a.share);
}
