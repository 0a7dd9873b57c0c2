// What the lab of filters computes, on the engine: pictures under a filter, and how strongly a filter answers to edges
// of each direction. Runs in a worker and in Node alike.
import { type Compiled, compile, conv2d, type Tensor, tensor } from "nabla";
import { drawScene, type Picture, type SceneName } from "./scenes.ts";

export type { Picture, SceneName } from "./scenes.ts";

/** A filter of side 2d + 1 with its bias. */
export interface Filter {
  readonly side: number;
  readonly values: readonly number[];
  /** b as it is added in the end, once. */
  readonly bias: number;
}

/** A picture under a filter: smaller by 2d in each direction. */
export interface Filtered extends Picture {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Mean size of a filter's answer, without bias, to pictures that hold one thing only. */
export interface Answers {
  /** A vertical edge: dark on the left, light on the right. */
  readonly vertical: number;
  /** A horizontal edge: dark above, light below. */
  readonly horizontal: number;
  /** No edge at all. */
  readonly flat: number;
}

export const scene = (name: SceneName, seed: number): Promise<Picture> => drawScene(name, seed);

/** One program for each size of picture and filter; its map and what is told of it. */
const apply: Compiled<[Tensor, Tensor, Tensor], { map: Tensor; min: Tensor; max: Tensor; mean: Tensor }> =
  compile((x: Tensor, w: Tensor, b: Tensor) => {
    const map = conv2d(x, w).add(b);
    return { map, min: map.min(), max: map.max(), mean: map.mean() };
  });

const weightOf = ({ side, values }: Filter): Tensor => tensor(values, { shape: [1, 1, side, side] });

/** Σ w·x + b at every place where the filter lies inside the picture. */
export async function filterPicture(picture: Picture, filter: Filter): Promise<Filtered> {
  const { width, height, values } = picture;
  const x = tensor(values, { shape: [1, 1, height, width] });
  const { map, min, max, mean } = await apply(x, weightOf(filter), tensor(filter.bias));
  return {
    width: width - filter.side + 1,
    height: height - filter.side + 1,
    values: Float32Array.from(await map.data()),
    min: await min.item(),
    max: await max.item(),
    mean: await mean.item(),
  };
}

/** Side of the pictures that edges are measured on, large enough for any filter here. */
const SIDE = 16;
const LIGHT = 255;

/** What the filter answers to edges of both directions and to none: the mean over the places that touch the edge. */
export async function measureEdges(filter: Filter): Promise<Answers> {
  const isRight = Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < SIDE / 2 ? 0 : LIGHT));
  const isBelow = Array.from({ length: SIDE * SIDE }, (_, i) => (i < (SIDE * SIDE) / 2 ? 0 : LIGHT));
  const flat = new Array<number>(SIDE * SIDE).fill(LIGHT);
  const x = tensor([...isRight, ...isBelow, ...flat], { shape: [3, 1, SIDE, SIDE] });
  // The side − 1 columns (or rows) of the map whose windows hold both sides of the edge.
  const first = SIDE / 2 - filter.side + 1;
  const touched = [first, SIDE / 2] as const;
  const map = conv2d(x, weightOf(filter)).abs();
  const [vertical, horizontal, level] = await Promise.all([
    map.slice([0, 1], null, null, touched).mean().item(),
    map.slice([1, 2], null, touched, null).mean().item(),
    map.slice([2, 3]).mean().item(),
  ]);
  return { vertical, horizontal, flat: level };
}
