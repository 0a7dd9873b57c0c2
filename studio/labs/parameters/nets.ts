// The nets of the lab of parameters as plain data. Loads no engine: the page needs them too.
export const PRESETS = [
  [784, 10],
  [784, 1000, 10],
  [784, 2500, 2000, 1500, 1000, 500, 10],
] as const satisfies readonly (readonly number[])[];

export const SIZE = { min: 1, max: 4000 };
export const MOST_LAYERS = 8;
/** More parameters than these are not made in a browser. */
export const MOST_PARAMETERS = 20_000_000;

/** A layer as the engine made it. */
export interface LayerCount {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Shapes of its tensors by name. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly size: number;
  }[];
  readonly parameters: number;
  readonly flops: number;
}

/** Σ (n_in + 1)·n_out: what is checked before anything is made. */
export const expectedParameters = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, outputs, i) => sum + (sizes[i]! + 1) * outputs, 0);
