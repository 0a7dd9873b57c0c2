// Does tasks, so many at a time. Knows nothing of what they are.

/**
 * Does `work` for every item in order, up to `jobs` at once; begins no more once `signal` has fired. Rejects with the
 * first error when all that were begun have ended.
 */
export async function pool<T>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (waiting.length > 0 && !signal.aborted && errors.length === 0) {
      try {
        await work(waiting.shift()!);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
