// What the lab of the partials computes: on the real graph of a net of single neurons, how many derivatives
// backpropagation computes and how many paths there are; and one derivative in three ways. Runs in a worker and in Node.
import { Generator, gradients, prod, type Tensor, tensor } from "nabla";
import { countDerivatives, type DerivativeCount } from "nabla/descent";

/** A net of `layers` hidden layers of `width` neurons between as many inputs and one output, all without activations. */
export interface Net {
  readonly width: number;
  readonly layers: number;
}

const weighted = (weights: readonly Tensor[], inputs: readonly Tensor[]): Tensor =>
  weights.map((w, i) => w.mul(inputs[i]!)).reduce((sum, term) => sum.add(term));

/** The output and the inputs of the net as a graph of numbers; `weightAt(l, i, j)` leads from j to i in layer l. */
function build({ width, layers }: Net, weightAt: (layer: number, to: number, from: number) => Tensor) {
  const inputs = Array.from({ length: width }, (_, i) => tensor(i + 1));
  const neuron = (layer: number, to: number, from: readonly Tensor[]): Tensor =>
    weighted(
      from.map((_, j) => weightAt(layer, to, j)),
      from,
    );
  let values: readonly Tensor[] = inputs;
  for (let layer = 0; layer < layers; layer++) values = values.map((_, i) => neuron(layer, i, values));
  return { inputs, output: neuron(layers, 0, values) };
}

/** The derivatives and paths from all inputs to the output. */
export function count(net: Net): DerivativeCount {
  const one = tensor(1);
  const { inputs, output } = build(net, () => one);
  return countDerivatives(output, inputs);
}

/** The counts for 1, 2, … hidden layers of this width. */
export const counts = ({ width, layers }: Net): DerivativeCount[] =>
  Array.from({ length: layers }, (_, i) => count({ width, layers: i + 1 }));

/** ∂a/∂x₁ found in three ways. */
export interface ThreeWays {
  readonly backward: number;
  /** uᵀ·W_L·…·W₁, first column: a row of numbers times one matrix a layer. */
  readonly matrices: number;
  /** That row after each matrix: u = ∂a/∂zᴸ, then back to ∂a/∂z⁰ = ∂a/∂x. */
  readonly rows: readonly (readonly number[])[];
  /** The weights of each layer row by row, W₁ first. */
  readonly weights: readonly (readonly (readonly number[])[])[];
  /** The sum of the products along all paths, where there are not too many. */
  readonly paths: number | undefined;
}

/** More paths than these are not written out. */
const MOST_PATHS = 4096;

/** ∂a/∂x₁ of the net with seeded random weights by backpropagation, by matrices, and path by path. */
export async function threeWays(net: Net, seed: number): Promise<ThreeWays> {
  const { width, layers } = net;
  const generator = new Generator(seed);
  // Variance 1/width keeps the numbers of deep nets in reach.
  const deviation = 1 / Math.sqrt(width);
  const data = [...(await generator.normal([layers + 1, width, width], 0, deviation).data())];
  const at = (layer: number, to: number, from: number): number => data[(layer * width + to) * width + from]!;
  const { inputs, output } = build(net, (layer, to, from) => tensor(at(layer, to, from)));
  const backward = await gradients(output, inputs)[0]!.item();

  const matrix = (layer: number): Tensor =>
    tensor(data.slice(layer * width * width, (layer + 1) * width * width), { shape: [width, width] });
  let row = tensor(data.slice(layers * width * width, layers * width * width + width), { shape: [1, width] });
  const rows = [[...(await row.data())]];
  for (let layer = layers - 1; layer >= 0; layer--) {
    row = row.matmul(matrix(layer));
    rows.push([...(await row.data())]);
  }
  const weights = Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: width }, (_, to) => Array.from({ length: width }, (_, from) => at(layer, to, from))),
  );
  const found = { backward, matrices: rows.at(-1)![0]!, rows, weights };

  const total = width ** layers;
  if (total > MOST_PATHS) return { ...found, paths: undefined };
  // Path number p visits neuron ⌊p / widthˡ⌋ mod width of layer l.
  const visits = (path: number, layer: number): number => Math.floor(path / width ** layer) % width;
  const factors = Array.from({ length: total }, (_, path) =>
    Array.from({ length: layers + 1 }, (_, layer) =>
      at(layer, layer === layers ? 0 : visits(path, layer), layer === 0 ? 0 : visits(path, layer - 1)),
    ),
  );
  const products = prod(tensor(factors.flat(), { shape: [total, layers + 1] }), 1);
  return { ...found, paths: await products.sum().item() };
}
