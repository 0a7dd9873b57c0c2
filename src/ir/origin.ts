// Where nodes of a graph come from: a token for each layer or part of a step. Every node made within it carries it, and
// so do the nodes that passes make of that node. Knows nothing of layers; a token holds nothing alive.

/** Where a node comes from; compared by identity. */
export class Origin {
  /** For people: `conv2d`, `loss`. */
  readonly name: string;
  /** What this is the derivative of; undefined for what is computed forward. */
  readonly forward: Origin | undefined;
  #backward: Origin | undefined;

  constructor(name: string, forward?: Origin) {
    this.name = name;
    this.forward = forward;
  }

  /** Where derivatives of what comes from here come from; derivatives of derivatives too. */
  get backward(): Origin {
    if (this.forward !== undefined) return this;
    this.#backward ??= new Origin(this.name, this);
    return this.#backward;
  }
}

let current: Origin | undefined;

/** The origin that nodes are made within now. */
export const currentOrigin = (): Origin | undefined => current;

/** Does `f`; nodes made meanwhile come from `origin`, or from nowhere in particular. */
export function within<T>(origin: Origin | undefined, f: () => T): T {
  const outer = current;
  current = origin;
  try {
    return f();
  } finally {
    current = outer;
  }
}
