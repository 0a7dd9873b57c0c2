// fit() gone through event by event by whoever asks for the next one, and ended when it is no longer wanted. Runs in the
// worker and in Node alike.
import type { Layer } from "nabla";
import {
  type FitEvent,
  type FitOptions,
  type FitRun,
  fit,
  type Model,
  type TrainingData,
  type TrainingState,
} from "nabla/train";

/** What comes next of a run: an event, or the state that it has ended with; nothing of one that was left. */
export type Next =
  | { readonly event: FitEvent; readonly state?: undefined }
  | { readonly event?: undefined; readonly state: TrainingState | undefined };

export class SteppedFit {
  readonly #run: FitRun;
  readonly #stop = new AbortController();

  constructor(net: Layer, data: TrainingData, options: Omit<FitOptions, "signal">) {
    this.#run = fit(net, data, { ...options, signal: this.#stop.signal });
  }

  get model(): Model {
    return this.#run.model;
  }

  /** Goes on by one event; throws what fit() throws. */
  async next(): Promise<Next> {
    const { value, done } = await this.#run.next();
    return done ? { state: value?.state } : { event: value };
  }

  /** Has the run end after the step under way: what comes next leads to its state. */
  stop(): void {
    this.#stop.abort();
  }

  /** Leaves the run where it is, so that nothing of it stays on the device. */
  async leave(): Promise<void> {
    // What fit() ends with does not matter to one who leaves.
    await this.#run.return(undefined as never);
  }
}

/** Has actions done one after another, as they are asked for; one that fails holds up none. */
export function makeQueue(): <R>(action: () => R | Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = last.then(action);
    last = result.catch(() => undefined);
    return result;
  };
}
