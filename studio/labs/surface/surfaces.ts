// The surfaces and racers of the lab, as formulas and plain data. Loads no engine: the page needs them too.
import type { Tensor } from "nabla";

export interface Surface {
  readonly Q: (x: Tensor, y: Tensor) => Tensor;
  readonly x: { readonly min: number; readonly max: number };
  readonly y: { readonly min: number; readonly max: number };
  /** Where it is lowest. */
  readonly minima: readonly (readonly [number, number])[];
}

export const SURFACES = {
  /** Curvature 0.02 along x and 2 along y: a hundred times as steep across as along. */
  valley: {
    Q: (x, y) => x.square().mul(0.01).add(y.square()),
    x: { min: -10, max: 10 },
    y: { min: -4, max: 4 },
    minima: [[0, 0]],
  },
  /** Rosenbrock's banana with a floor that is ten times as steep across (Rosenbrock 1960 has a hundred). */
  banana: {
    Q: (x, y) => x.sub(1).square().add(y.sub(x.square()).square().mul(10)),
    x: { min: -2, max: 2 },
    y: { min: -1, max: 3 },
    minima: [[1, 1]],
  },
  /** Himmelblau's function (1972), a hundredth of it: four minima of value 0. */
  hills: {
    Q: (x, y) => x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square()).mul(0.01),
    x: { min: -5, max: 5 },
    y: { min: -5, max: 5 },
    minima: [
      [3, 2],
      [-2.805118, 3.131312],
      [-3.77931, -3.283186],
      [3.584428, -1.848127],
    ],
  },
  /** Flat in the middle: downhill only along y. */
  saddle: {
    Q: (x, y) => x.square().sub(y.square()).add(y.square().square().mul(0.125)).mul(0.5),
    x: { min: -3, max: 3 },
    y: { min: -3, max: 3 },
    minima: [
      [0, -2],
      [0, 2],
    ],
  },
} as const satisfies Readonly<Record<string, Surface>>;
export type SurfaceName = keyof typeof SURFACES;

export const RACERS = ["gradient", "momentum", "rmsprop", "adam"] as const;
export type Racer = (typeof RACERS)[number];

/** Step sizes: η and μ of gradient and momentum, and the rate of those that scale each number's step by itself. */
export interface Rates {
  readonly eta: number;
  readonly momentum: number;
  readonly rate: number;
}

export interface PathPoint {
  readonly x: number;
  readonly y: number;
  readonly value: number;
  /** ∇Q there. */
  readonly slopeX: number;
  readonly slopeY: number;
}

/** Index of the minimum near (x, y), −1 for none. */
export function minimumNear(surface: SurfaceName, x: number, y: number): number {
  const minima: Surface["minima"] = SURFACES[surface].minima;
  return minima.findIndex(([a, b]) => Math.hypot(x - a, y - b) < 0.3);
}
