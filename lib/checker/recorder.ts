/** Collects what is to be written, and writes what comes within a moment together and in order. */
export type Recorder<T> = {
  add(item: T): void;
  /** Writes everything collected so far. Rejects where that fails; nothing is lost then. */
  flush(): Promise<void>;
};

/** What ends within this time of each other is written together. */
const GATHER_MS = 5;

/**
 * `onWritten` is called after every write that `add` began, also a failed one: then somebody has to flush again. `later`
 * puts off a write for a moment.
 */
export function createRecorder<T>(
  write: (items: readonly T[]) => Promise<void>,
  onWritten: () => void,
  later: (begin: () => void) => void = (begin) => void setTimeout(begin, GATHER_MS),
): Recorder<T> {
  let items: T[] = [];
  let writing: Promise<void> | null = null;
  let begun = false;

  function flush(): Promise<void> {
    if (writing !== null) return writing.then(flush, flush);
    if (items.length === 0) return Promise.resolve();
    const batch = items;
    items = [];
    writing = write(batch)
      .then(flushSoon, (error: unknown) => {
        items = [...batch, ...items];
        throw error;
      })
      .finally(() => {
        writing = null;
      });
    return writing;
  }

  function flushSoon(): void {
    if (begun) return;
    begun = true;
    later(() => {
      begun = false;
      if (writing === null && items.length > 0) flush().then(onWritten, onWritten);
    });
  }

  return {
    flush,
    add(item) {
      items.push(item);
      flushSoon();
    },
  };
}
