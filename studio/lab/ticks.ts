// A lab that goes on by itself. A tick changes the state that there is when it comes, not the one that was drawn when it
// was set: a reader may have gone to another address meanwhile, and the run goes on from there. Knows nothing of what a tick does.
import { useEffect, useState } from "preact/hooks";
import type { Change } from "./state.ts";

/** On by `stride` steps, up to the last one; never back, since the last one known may be that of another state. */
export const goOn =
  (last: number, stride = 1) =>
  ({ t }: { readonly t: number }): { readonly t: number } => ({ t: Math.max(t, Math.min(last, t + stride)) });

interface Ticks<S> {
  /** What a tick changes in the state that there is by then. */
  readonly next: (before: S) => Partial<S>;
  /** Values that tell one tick's picture from the next, as an effect's dependencies do. */
  readonly at: readonly unknown[];
  /** Whether there is nothing more to be done, which ends the run. */
  readonly isOver: boolean;
  /** Milliseconds between two ticks. */
  readonly pause: number;
  /** Whether what is shown is still being computed: the run waits for it. */
  readonly isBusy?: boolean | undefined;
}

/** Whether the lab runs, and how that is changed. */
export function useTicks<S>(
  update: (change: Change<S>) => void,
  { next, at, isOver, pause, isBusy = false }: Ticks<S>,
): readonly [boolean, (isRunning: boolean) => void] {
  const [isRunning, setRunning] = useState(false);
  useEffect(() => {
    if (!isRunning || isBusy) return;
    if (isOver) return setRunning(false);
    const timer = setTimeout(() => update(next), pause);
    return () => clearTimeout(timer);
  }, [isRunning, isBusy, isOver, ...at]);
  return [isRunning, setRunning];
}
