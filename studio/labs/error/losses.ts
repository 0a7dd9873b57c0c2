// The losses and outputs of the lab of the error, as formulas and plain data. Loads no engine: the page needs them too.
export const LOSSES = ["squared", "absolute", "huber", "crossEntropy"] as const;
export type LossName = (typeof LOSSES)[number];

export const OUTPUTS = ["identity", "sigmoid"] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** The chain z = w·x, a = f(z), L = L(a, y) at one example. */
export interface Chain {
  readonly z: number;
  readonly a: number;
  readonly loss: number;
  /** ∂L/∂a, ∂a/∂z, ∂z/∂w, ∂a/∂w, and ∂L/∂w as the engine finds it from the whole formula. */
  readonly lossByA: number;
  readonly aByZ: number;
  readonly zByW: number;
  readonly aByW: number;
  readonly lossByW: number;
}

/** What the answer is to be, what is answered from, and the weight. */
export interface Example {
  readonly y: number;
  readonly x: number;
  readonly w: number;
}

/** Cross-entropy needs an answer between 0 and 1. */
export const fits = (loss: LossName, output: OutputName): boolean =>
  loss !== "crossEntropy" || output === "sigmoid";
