/** Collects what is to be written; what comes in the same moment is written together, in order. */
export type Recorder<T> = {
  add(item: T): void;
  /** Writes everything collected so far. Rejects where that fails; nothing is lost then. */
  flush(): Promise<void>;
};

/** `onWritten` is called after every write that `add` began, also a failed one: then somebody has to flush again. */
export function createRecorder<T>(write: (items: readonly T[]) => Promise<void>, onWritten: () => void): Recorder<T> {
  let items: T[] = [];
  let writing: Promise<void> | null = null;

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
    setImmediate(() => {
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
