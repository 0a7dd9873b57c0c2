// Trains a small net as the scripts that write PyTorch's goldens do, from a golden's weights, and measures how far two
// runs are apart. Knows nothing of which nets and optimisers there are goldens of.
import {
  apply,
  crossEntropy,
  initialize,
  type LayerObject,
  loadState,
  parametersOf,
  type StateDict,
  stateDict,
  training,
} from "../src/nn/index.ts";
import type { Optimizer } from "../src/optim/index.ts";
import { compile } from "../src/tensor/compile.ts";
import { tensor } from "../src/tensor/create.ts";
import { gradients } from "../src/tensor/gradients.ts";
import type { Tensor } from "../src/tensor/tensor.ts";

/** A tensor as goldens hold it. */
export interface Entry {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Where a run of PyTorch began: its one batch, and its weights in the order of its state_dict. */
export interface GoldenStart {
  readonly inputs: Entry;
  readonly labels: readonly number[];
  readonly weights: Readonly<Record<string, Entry>>;
}

/** The loss before each step, and at the end all weights one after another, in the order of the start's. */
export interface GoldenRun {
  readonly losses: readonly number[];
  readonly weights: readonly number[];
}

/** Does `steps` steps of cross-entropy on the golden's batch. */
export async function trainFrom(
  start: GoldenStart,
  net: LayerObject,
  optimizer: Optimizer,
  steps: number,
): Promise<GoldenRun> {
  initialize(net, start.inputs.shape.slice(1));
  const values = Object.entries(start.weights).map(([name, { shape, data }]) => [
    name,
    { shape, data: Float64Array.from(data) },
  ]);
  await loadState(net, Object.fromEntries(values) as StateDict);
  const parameters = parametersOf(net);
  optimizer.init(parameters);
  const step = compile((x: Tensor, labels: Tensor, learningRate: Tensor) => {
    const loss = crossEntropy(apply(net, x, training()), labels);
    optimizer.update(parameters, gradients(loss, parameters), learningRate);
    return loss;
  });
  const x = tensor(Float64Array.from(start.inputs.data), { shape: start.inputs.shape });
  const labels = tensor(start.labels, { dtype: "int32" });
  const learningRate = tensor(optimizer.learningRate as number);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await (await step(x, labels, learningRate)).item());
  const state = await stateDict(net);
  return { losses, weights: Object.keys(start.weights).flatMap((name) => [...state[name]!.data]) };
}

/** The largest difference, infinite where there are not as many. */
export const worst = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);
