// A value computed by the engine, kept up to date with what it depends on. The last value stays while the next is on its
// way, and answers that have been overtaken are dropped.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Fault, faultOf } from "./fault.ts";

export interface Computed<T> {
  readonly value: T | undefined;
  readonly error: Fault | undefined;
  /** Whether a newer value is on its way. */
  readonly isBusy: boolean;
}

/** What `compute` gives for these dependencies, which must be plain values. */
export function useComputed<T>(compute: () => Promise<T>, dependencies: readonly unknown[]): Computed<T> {
  const [state, setState] = useState<Computed<T>>({ value: undefined, error: undefined, isBusy: true });
  const latest = useRef(0);
  useEffect(() => {
    const turn = ++latest.current;
    setState((before) => ({ ...before, isBusy: true }));
    compute().then(
      (value) => latest.current === turn && setState({ value, error: undefined, isBusy: false }),
      (error: unknown) =>
        latest.current === turn &&
        setState((before) => ({
          ...before,
          isBusy: false,
          error: faultOf(error),
        })),
    );
    return () => {
      latest.current++;
    };
  }, dependencies);
  return state;
}
