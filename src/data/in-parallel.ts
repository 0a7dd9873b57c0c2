// Several pieces of work at a time, each begun as soon as one before it is done. Knows nothing of what the work is.

/**
 * Calls `work(0)` … `work(count − 1)`, up to `most` of them under way at a time. After a failure or an abort none is
 * begun any more; those under way are awaited, then the failure of the least index or the signal's reason is thrown.
 */
export async function inParallel(
  count: number,
  most: number,
  work: (index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const failures = new Map<number, unknown>();
  const lane = async (): Promise<void> => {
    while (next < count && failures.size === 0 && signal?.aborted !== true) {
      const index = next++;
      try {
        await work(index);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, count) }, lane));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  signal?.throwIfAborted();
}
