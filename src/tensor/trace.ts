// The trace under way, if any: what a function that is being compiled does beside returning values.
import type { Node, Slot } from "../ir/node.ts";

/** A tensor that was assigned to within a trace. */
export interface Assigned {
  /** The value it holds now. */
  readonly node: Node;
  /** Makes it stand for its slot again, as it does outside the trace. */
  restore(slot: Slot): void;
}

/** Effects of one traced function. */
export class Trace {
  readonly assigned = new Map<Slot, Assigned>();
  readonly #atEnd = new Map<object, () => void>();
  #streams = 0;

  /** A number for each random tensor of the step, so that each has a stream of its own. */
  nextStream(): number {
    return this.#streams++;
  }

  /** Does `f` once when the function has returned, still within the trace; `key` tells repeated wishes apart. */
  atEnd(key: object, f: () => void): void {
    if (!this.#atEnd.has(key)) this.#atEnd.set(key, f);
  }

  finish(): void {
    for (const f of this.#atEnd.values()) f();
  }
}

let current: Trace | undefined;

/** The trace under way; undefined outside compile(). */
export const currentTrace = (): Trace | undefined => current;

/** Runs `f` within `trace`. */
export function withTrace<R>(trace: Trace, f: () => R): R {
  const outer = current;
  current = trace;
  try {
    return f();
  } finally {
    current = outer;
  }
}
