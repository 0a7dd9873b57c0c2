// Initialisers: rules for the first values of a weight or bias, by PyTorch's conventions. Drawn on the host from a
// layer's own stream, as float32, so that every device begins with the same numbers.
import { ConfigError, ShapeError } from "../base/errors.ts";
import type { RandomStream } from "../base/random.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";

/** Gives the sizeOf(shape) values of a new parameter in row-major order. */
export type Initializer = (shape: Shape, random: RandomStream) => Float32Array;

/** Which end's number of connections keeps its variance: forward or backward. */
export type FanMode = "in" | "out";

/** Options of the Kaiming rules. */
export interface KaimingOptions {
  readonly mode?: FanMode;
  /** √2 suits relu, √(2 / (1 + a²)) a leaky relu of slope a, 1 a linear layer; √2 unless given. */
  readonly gain?: number;
}

/** Connections into and out of one unit: for weights [out, in, …] the axes after the second count in both. */
export function fansOf(shape: Shape): { readonly in: number; readonly out: number } {
  if (shape.length < 2) {
    throw new ShapeError(
      `init: ${formatShape(shape)} has no fan-in, which needs two axes or more. Use init.zeros() or init.uniform(…).`,
      { shape },
    );
  }
  const field = sizeOf(shape.slice(2));
  return { in: Math.max(1, shape[1]! * field), out: Math.max(1, shape[0]! * field) };
}

function fill(shape: Shape, draw: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function checkFinite(name: string, ...values: readonly number[]): void {
  if (values.every(Number.isFinite)) return;
  throw new ConfigError(`init.${name}: ${values.join(", ")} must be finite numbers. Give others.`, {
    values,
  });
}

/** The same value everywhere. */
const constant = (value: number): Initializer => {
  checkFinite("constant", value);
  return (shape) => fill(shape, () => value);
};

/** Uniform in [low, high). */
const uniform = (low: number, high: number): Initializer => {
  checkFinite("uniform", low, high);
  return (shape, random) => fill(shape, () => random.uniform(low, high));
};

/** Normal with this mean and standard deviation. */
const normal = (mean = 0, deviation = 1): Initializer => {
  checkFinite("normal", mean, deviation);
  return (shape, random) => fill(shape, () => random.normal(mean, deviation));
};

/** Uniform in ±gain·√(3 / fan) (He et al., "Delving Deep into Rectifiers", 2015). */
const kaimingUniform =
  ({ mode = "in", gain = Math.SQRT2 }: KaimingOptions = {}): Initializer =>
  (shape, random) => {
    const bound = gain * Math.sqrt(3 / fansOf(shape)[mode]);
    return fill(shape, () => random.uniform(-bound, bound));
  };

/** Normal with mean 0 and standard deviation gain / √fan (He et al. 2015). */
const kaimingNormal =
  ({ mode = "in", gain = Math.SQRT2 }: KaimingOptions = {}): Initializer =>
  (shape, random) => {
    const deviation = gain / Math.sqrt(fansOf(shape)[mode]);
    return fill(shape, () => random.normal(0, deviation));
  };

/** Uniform in ±gain·√(6 / (fan-in + fan-out)) (Glorot & Bengio 2010). */
const xavierUniform =
  (gain = 1): Initializer =>
  (shape, random) => {
    const fans = fansOf(shape);
    const bound = gain * Math.sqrt(6 / (fans.in + fans.out));
    return fill(shape, () => random.uniform(-bound, bound));
  };

/** Normal with mean 0 and standard deviation gain·√(2 / (fan-in + fan-out)) (Glorot & Bengio 2010). */
const xavierNormal =
  (gain = 1): Initializer =>
  (shape, random) => {
    const fans = fansOf(shape);
    const deviation = gain * Math.sqrt(2 / (fans.in + fans.out));
    return fill(shape, () => random.normal(0, deviation));
  };

/** Normal with mean 0 and standard deviation `deviation`, values beyond `bound` standard deviations drawn again. */
const truncatedNormal = (deviation = 0.02, bound = 2): Initializer => {
  checkFinite("truncatedNormal", deviation, bound);
  if (!(bound > 0)) {
    throw new ConfigError(`init.truncatedNormal: bound ${bound} must be above 0. Give 2, as is usual.`, {
      bound,
    });
  }
  return (shape, random) =>
    fill(shape, () => {
      for (;;) {
        const value = random.normal();
        if (Math.abs(value) <= bound) return value * deviation;
      }
    });
};

/** Makes each row of `rows` orthogonal to those before it and of length 1; Gram–Schmidt, twice for full precision. */
function orthonormalize(rows: readonly Float64Array[], random: RandomStream): void {
  rows.forEach((row, i) => {
    for (;;) {
      for (let pass = 0; pass < 2; pass++) {
        for (const other of rows.slice(0, i)) {
          const share = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
          for (let k = 0; k < row.length; k++) row[k]! -= share * other[k]!;
        }
      }
      const length = Math.hypot(...row);
      if (length > 1e-8) {
        for (let k = 0; k < row.length; k++) row[k]! /= length;
        return;
      }
      for (let k = 0; k < row.length; k++) row[k] = random.normal();
    }
  });
}

/**
 * gain times a random orthogonal matrix, the weight seen as [rows, rest]: the shorter side's vectors are orthonormal
 * (Saxe, McClelland, Ganguli 2014).
 */
const orthogonal =
  (gain = 1): Initializer =>
  (shape, random) => {
    fansOf(shape);
    const [rows, columns] = [shape[0]!, sizeOf(shape.slice(1))];
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
    orthonormalize(vectors, random);
    const at = (i: number, j: number) => (rows <= columns ? vectors[i]![j]! : vectors[j]![i]!);
    return Float32Array.from(
      { length: rows * columns },
      (_, k) => gain * at(Math.floor(k / columns), k % columns),
    );
  };

/** Rules for first values, for a layer's options `weightInit` and `biasInit`. */
export const init = {
  constant,
  zeros: (): Initializer => constant(0),
  ones: (): Initializer => constant(1),
  uniform,
  normal,
  kaimingUniform,
  kaimingNormal,
  xavierUniform,
  xavierNormal,
  truncatedNormal,
  orthogonal,
} as const;
