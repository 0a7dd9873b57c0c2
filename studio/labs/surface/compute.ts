// What the lab of the surface computes: heights of functions of two numbers, the paths of optimisers over them, and
// which minimum each start leads to. Runs in a worker and in Node alike.
import { compile, full, gradients, optim, stack, type Tensor, tensor } from "nabla";
import {
  minimumNear,
  type PathPoint,
  RACERS,
  type Racer,
  type Rates,
  SURFACES,
  type Surface,
  type SurfaceName,
} from "./surfaces.ts";

function optimizerOf(racer: Racer, { eta, momentum, rate }: Rates): optim.Optimizer {
  if (racer === "gradient") return optim.sgd({ lr: eta });
  if (racer === "momentum") return optim.sgd({ lr: eta, momentum });
  return racer === "rmsprop" ? optim.rmsprop({ lr: rate, alpha: 0.9 }) : optim.adam({ lr: rate });
}

/** A point on a surface that an optimiser moves: numbers of any shape, each pair (x, y) for itself. */
function descender(surface: SurfaceName, optimizer: optim.Optimizer, rate: number, x: Tensor, y: Tensor) {
  optimizer.init({ x, y });
  return compile(() => {
    const value = SURFACES[surface].Q(x, y);
    const slopes = gradients(value.sum(), { x, y });
    const before = stack([x, y, value, slopes.x, slopes.y]);
    optimizer.update({ x, y }, slopes, full([], rate));
    return before;
  });
}

/** The path of one optimiser: `steps` + 1 points, or fewer where it leaves the numbers. */
export async function path(
  surface: SurfaceName,
  start: readonly [number, number],
  racer: Racer,
  rates: Rates,
  steps: number,
): Promise<PathPoint[]> {
  const optimizer = optimizerOf(racer, rates);
  const rate = optimizer.learningRate as number;
  const step = descender(surface, optimizer, rate, tensor(start[0]), tensor(start[1]));
  const points: PathPoint[] = [];
  for (let t = 0; t <= steps; t++) {
    const [x, y, value, slopeX, slopeY] = (await (await step()).data()) as unknown as number[];
    if (!Number.isFinite(value)) break;
    points.push({ x: x!, y: y!, value: value!, slopeX: slopeX!, slopeY: slopeY! });
  }
  return points;
}

/** The paths of all racers from one start. */
export async function race(
  surface: SurfaceName,
  start: readonly [number, number],
  rates: Rates,
  steps: number,
): Promise<Record<Racer, PathPoint[]>> {
  const paths = RACERS.map(
    async (racer) => [racer, await path(surface, start, racer, rates, steps)] as const,
  );
  return Object.fromEntries(await Promise.all(paths)) as Record<Racer, PathPoint[]>;
}

/** The places of a grid over the surface, row by row from the lowest y. */
function gridOf({ x, y }: Surface, columns: number, rows: number): { xs: number[]; ys: number[] } {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      xs.push(x.min + ((x.max - x.min) * column) / (columns - 1));
      ys.push(y.min + ((y.max - y.min) * row) / (rows - 1));
    }
  }
  return { xs, ys };
}

/** Q on a grid over the surface, row by row from the lowest y. */
export async function heights(surface: SurfaceName, columns: number, rows: number): Promise<number[]> {
  const { xs, ys } = gridOf(SURFACES[surface], columns, rows);
  return [...(await SURFACES[surface].Q(tensor(xs), tensor(ys)).data())];
}

/** For each start on a grid the minimum that plain descent finds from there (−1: none), all of them descending at once. */
export async function basins(
  surface: SurfaceName,
  eta: number,
  columns: number,
  rows: number,
  steps: number,
): Promise<number[]> {
  const { xs, ys } = gridOf(SURFACES[surface], columns, rows);
  const [x, y] = [tensor(xs), tensor(ys)];
  const step = descender(surface, optim.sgd({ lr: eta }), eta, x, y);
  for (let done = 0; done < steps; ) done += (await step.repeat(steps - done)).steps;
  const [endX, endY] = [await x.data(), await y.data()];
  return Array.from(endX, (value, i) => minimumNear(surface, value, endY[i]!));
}
