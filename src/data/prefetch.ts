// Work begun before its result is wanted, so that whoever uses the results need not wait. Knows nothing of what it is.

/**
 * The results of `make(item)` for each item in turn, those of the next `ahead` items already under way while one is
 * used. Where the loop over them ends early or `until` is aborted, the signal given to `make` is aborted and what is under
 * way awaited.
 */
export async function* prefetch<T, R>(
  items: Iterable<T>,
  ahead: number,
  make: (item: T, signal: AbortSignal) => Promise<R>,
  until?: AbortSignal,
): AsyncGenerator<R, void, void> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(until?.reason);
  if (until?.aborted) stop();
  until?.addEventListener("abort", stop);
  const begun: Promise<R>[] = [];
  const source = items[Symbol.iterator]();
  const begin = (): void => {
    const { value, done } = source.next();
    if (done === true) return;
    const made = make(value, abort.signal);
    // A failure is told when its turn comes, not before.
    made.catch(() => {});
    begun.push(made);
  };
  try {
    for (let i = 0; i < ahead; i++) begin();
    for (;;) {
      begin();
      const next = begun.shift();
      if (next === undefined) return;
      yield await next;
    }
  } finally {
    until?.removeEventListener("abort", stop);
    abort.abort();
    await Promise.allSettled(begun);
  }
}
