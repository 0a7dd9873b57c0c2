// What the lab of channels computes, on the engine: a convolution taken apart by channel, the parameters of it and of a
// dense layer that gives as much, and the matrix that it is. Runs in a worker and in Node alike.
import { conv2d, describe, eye, Generator, nn, type Tensor, tensor } from "nabla";

/** A layer: C channels of n × n in, T filters of side 2d + 1. */
export interface LayerSizes {
  readonly n: number;
  readonly C: number;
  readonly T: number;
  readonly d: number;
}

export interface Counts {
  readonly conv: number;
  /** A dense layer from all C·n² numbers to all T·m². */
  readonly dense: number;
  /** Side of a map: m = n − 2d. */
  readonly m: number;
}

/** One output of a convolution, taken apart. */
export interface Opened {
  /** The C channels of the image, n² numbers each. */
  readonly channels: readonly (readonly number[])[];
  /** The filter's slice for each channel, (2d + 1)² numbers each. */
  readonly slices: readonly (readonly number[])[];
  /** What each channel gives under its slice, m² numbers each. */
  readonly partials: readonly (readonly number[])[];
  readonly bias: number;
  /** Their sum and the bias. */
  readonly map: readonly number[];
}

/** The matrix [m², C·n²] of one filter: map = matrix · image + bias. */
export interface Sparse {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly nonzero: number;
}

const mapSide = ({ n, d }: LayerSizes): number => n - 2 * d;

/** Parameters as the engine's layers have them. */
export async function count(sizes: LayerSizes): Promise<Counts> {
  const { n, C, T, d } = sizes;
  const m = mapSide(sizes);
  const total = (net: nn.Layer): number =>
    describe(net, [C, n, n]).reduce((sum, { parameters }) => sum + parameters, 0);
  return {
    conv: total(nn.conv2d(T, 2 * d + 1)),
    dense: total(nn.sequential(nn.flatten(), nn.linear(T * m * m))),
    m,
  };
}

/** What each channel shows, by its brightness at (x, y) in 0 … 1: a disc, a slope, stripes, a ring. */
const SHOWN: readonly ((x: number, y: number) => number)[] = [
  (x, y) => Number(Math.hypot(x - 0.44, y - 0.44) < 0.33),
  (x, y) => (x + y) / 2,
  (x) => Number(Math.floor(x * 4) % 2 === 0),
  (x, y) => Number(Math.abs(Math.hypot(x - 0.55, y - 0.55) - 0.3) < 0.1),
];

/** An image [1, C, n, n] of whole numbers from 0 to 9. */
function drawImage({ n, C }: LayerSizes): Tensor {
  const values = SHOWN.slice(0, C).flatMap((light) =>
    Array.from({ length: n * n }, (_, i) =>
      Math.round(9 * light(((i % n) + 0.5) / n, (Math.floor(i / n) + 0.5) / n)),
    ),
  );
  return tensor(values, { shape: [1, C, n, n] });
}

/** Weights [T, C, 2d + 1, 2d + 1] and biases [T], whole numbers from −3 to 3 without 0, from a seed. */
function drawWeights({ C, T, d }: LayerSizes, seed: number): { w: Tensor; b: Tensor } {
  const generator = new Generator(seed);
  const draw = (shape: readonly number[]): Tensor => {
    const whole = generator.uniform(shape, -3, 3).floor();
    return whole.add(whole.greaterEqual(0).cast("float32"));
  };
  return { w: draw([T, C, 2 * d + 1, 2 * d + 1]), b: draw([T]) };
}

/** The numbers of a tensor in `count` equal parts. */
async function parts(x: Tensor, count: number): Promise<number[][]> {
  const values = await x.data();
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => [...values.slice(i * size, (i + 1) * size)]);
}

/** Output `t` of the layer with weights from `seed`, taken apart by channel. */
export async function open(sizes: LayerSizes, seed: number, t: number): Promise<Opened> {
  const { C, d } = sizes;
  const side = 2 * d + 1;
  const x = drawImage(sizes);
  const { w, b } = drawWeights(sizes, seed);
  const own = w.slice([t, t + 1]);
  const partials = conv2d(x, own.reshape(C, 1, side, side), { groups: C });
  const bias = b.slice([t, t + 1]);
  const map = conv2d(x, own).add(bias);
  return {
    channels: await parts(x, C),
    slices: await parts(own, C),
    partials: await parts(partials, C),
    bias: await bias.item(),
    map: [...(await map.data())],
  };
}

/** Filter `t` as a matrix, found by convolving every image that has a single 1. */
export async function matrix(sizes: LayerSizes, seed: number, t: number): Promise<Sparse> {
  const { n, C } = sizes;
  const [rows, columns] = [mapSide(sizes) ** 2, C * n * n];
  const { w } = drawWeights(sizes, seed);
  const ones = eye(columns).reshape(columns, C, n, n);
  const found = conv2d(ones, w.slice([t, t + 1]))
    .reshape(columns, rows)
    .transpose();
  return {
    values: Float32Array.from(await found.data()),
    rows,
    columns,
    nonzero: await found.notEqual(0).cast("float32").sum().item(),
  };
}
