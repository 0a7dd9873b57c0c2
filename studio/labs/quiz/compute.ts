// What the quiz computes: for each question the right answer and the numbers that show it, on the engine. Runs in a
// worker, in Node, and when the studio is built.
import {
  compile,
  conv2d,
  full,
  grad,
  initialize,
  maxPool2d,
  minimize,
  nn,
  optim,
  type Tensor,
  tensor,
} from "nabla";
import { countDerivatives } from "nabla/descent";
import { walk } from "../graph/compute.ts";
import { START } from "../graph/net.ts";
import { type Evidence, IDS, type QuestionId, questionOf } from "./questions.ts";

const square = (w: Tensor): Tensor => w.square();
/** w, w − ηQ′(w), …: `steps` steps on Q = w². */
async function descend(w: number, eta: number, steps: number): Promise<number[]> {
  const path = [w];
  for (let t = 0; t < steps; t++) path.push(path[t]! - eta * (await grad(square)(tensor(path[t]!)).item()));
  return path;
}

/** Index of the option that is this number. */
function indexOf(id: QuestionId, value: number): number {
  return (questionOf(id).options ?? []).findIndex(
    (option) => Math.abs(option - value) <= 5e-4 * Math.max(1, Math.abs(value)),
  );
}

const numeric = async (
  id: QuestionId,
  value: number | Promise<number>,
  more: readonly number[] = [],
): Promise<Evidence> => ({
  answer: indexOf(id, await value),
  numbers: [await value, ...more],
});

/** Parameters that the engine makes for a layer. */
function parametersOf(layer: ReturnType<typeof nn.linear>, shape: readonly number[]): number {
  initialize(layer, shape, { seed: 1 });
  return Object.values(nn.parametersOf(layer)).reduce((sum, { size }) => sum + size, 0);
}

const image = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(rows.flat(), { shape: [1, 1, rows.length, rows[0]!.length] });
const constant = (value: number): Tensor =>
  image(Array.from({ length: 5 }, () => new Array<number>(5).fill(value)));
const SOBEL = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];

/** Greatest response and its place for a cross drawn at (x, y) of a 12 × 12 image, filtered by the same cross. */
async function peak(x: number, y: number): Promise<{ max: number; x: number; y: number }> {
  const cross = [
    [0, 1, 0],
    [1, 1, 1],
    [0, 1, 0],
  ];
  const rows = Array.from({ length: 12 }, () => new Array<number>(12).fill(0));
  cross.forEach((row, i) => {
    row.forEach((value, j) => {
      rows[y + i]![x + j] = value;
    });
  });
  const map = conv2d(image(rows), image(cross));
  const index = await map.reshape(100).argmax().item();
  return { max: await map.max().item(), x: index % 10, y: Math.floor(index / 10) };
}

/** The length that momentum μ gives to steps along a constant slope, in plain steps, after many. */
async function longRun(momentum: number): Promise<number> {
  const w = tensor(0);
  const optimizer = optim.sgd({ lr: 1, momentum });
  optimizer.init({ w });
  const step = compile(() => optimizer.update({ w }, { w: full([], 1) }, full([], 1)));
  await step.repeat(199);
  const before = await w.item();
  await step();
  return before - (await w.item());
}

/** Score of a weight vector that knows one pattern of eight pixels, on the pattern and on it shifted by one. */
async function template(): Promise<[number, number]> {
  const pattern = tensor([0, 1, 1, 0, 0, 1, 0, 0]);
  const weights = pattern.mul(2).sub(1);
  const shifted = tensor([0, 0, 1, 1, 0, 0, 1, 0]);
  return [await weights.mul(pattern).sum().item(), await weights.mul(shifted).sum().item()];
}

const neuron = (from: readonly Tensor[]): Tensor =>
  from.map((x) => x.mul(tensor(1))).reduce((a, b) => a.add(b));

const evidence: Readonly<Record<QuestionId, () => Promise<Evidence>>> = {
  step: async () => numeric("step", (await descend(4, 1, 1))[1]!),
  "two-steps": async () => {
    const path = await descend(4, 0.1, 2);
    return numeric("two-steps", path[2]!, [path[1]!]);
  },
  "at-once": async () => {
    const ends = await Promise.all([0.1, 0.5, 1, 2].map(async (eta) => (await descend(4, eta, 1))[1]!));
    return { answer: ends.findIndex((w) => Math.abs(w) < 1e-6), numbers: ends };
  },
  growing: async () => {
    const ends = await Promise.all([0.3, 0.7, 0.9, 1.1].map(async (eta) => (await descend(4, eta, 10))[10]!));
    return { answer: ends.findIndex((w) => Math.abs(w) > 4), numbers: ends };
  },
  momentum: async () => numeric("momentum", longRun(0.9)),
  saddle: async () => {
    const Q = (w: Tensor): Tensor =>
      w
        .square()
        .mul(tensor([1, -1]))
        .sum();
    const slope = await grad(Q)(tensor([0, 0]))
      .square()
      .sum()
      .item();
    const [there, beside] = [await Q(tensor([0, 0])).item(), await Q(tensor([0, 0.5])).item()];
    return { answer: slope === 0 && beside < there ? 1 : 0, numbers: [slope, there, beside] };
  },
  "short-step": async () => {
    const slope = await grad(square)(tensor(5)).item();
    return numeric("short-step", 0.001 * slope, [slope]);
  },
  patience: async () => {
    const errors = [0.5, 0.4, 0.35, 0.36, 0.38];
    let calls = 0;
    const validation = { patience: 2, error: () => errors[calls++]! };
    const { best, steps } = await minimize(square, tensor(1), {
      eta: 0.1,
      until: { validation, maxSteps: 4 },
    });
    return numeric("patience", best!.step, [steps]);
  },
  error: () => numeric("error", grad((a: Tensor) => a.sub(10).square())(tensor(1)).item()),
  saturated: async () => {
    const at = (z: number): Promise<number> =>
      grad((v: Tensor) => v.sigmoid().sub(1).square())(tensor(z)).item();
    const [far, middle] = [await at(-8), await at(0)];
    return { answer: Math.abs(far) < 0.01 * Math.abs(middle) ? 1 : 0, numbers: [far, middle] };
  },
  gate: () => numeric("gate", grad((s: Tensor) => s.relu())(tensor(-9)).item()),
  "two-paths": async () => {
    const { slopes, paths } = await walk(START);
    return numeric("two-paths", slopes.w11, paths);
  },
  paths: async () => {
    const inputs = [tensor(1), tensor(2)];
    let values = inputs;
    for (let layer = 0; layer < 3; layer++) {
      const from = values;
      values = from.map(() => neuron(from));
    }
    const { paths, partials } = countDerivatives(neuron(values), inputs);
    return numeric("paths", paths, [partials]);
  },
  dense: () => numeric("dense", parametersOf(nn.linear(1000), [784])),
  output: () => numeric("output", parametersOf(nn.linear(10), [1000])),
  chance: () => {
    const logits = tensor(new Array<number>(10).fill(0), { shape: [1, 10] });
    return numeric("chance", nn.crossEntropy(logits, tensor(new Int32Array([3]))).item());
  },
  shifted: async () => {
    const [there, beside] = await template();
    return { answer: beside < there ? 0 : 1, numbers: [there, beside] };
  },
  "by-hand": () =>
    numeric(
      "by-hand",
      conv2d(
        image([
          [1, 2],
          [3, 4],
        ]),
        image([
          [1, 0],
          [0, 1],
        ]),
      )
        .sum()
        .item(),
    ),
  size: () =>
    numeric("size", conv2d(tensor(new Float32Array(784), { shape: [1, 1, 28, 28] }), constant(0)).shape[2]!),
  constant: () => numeric("constant", conv2d(constant(4), image(SOBEL)).abs().max().item()),
  blur: () =>
    numeric(
      "blur",
      conv2d(constant(7), image(SOBEL.map((row) => row.map(() => 1 / 9))))
        .max()
        .item(),
    ),
  maximum: async () => {
    const [one, other] = [await peak(2, 3), await peak(5, 4)];
    return { answer: one.max === other.max ? 1 : 0, numbers: [one.max, other.max] };
  },
  place: async () => {
    const [one, other] = [await peak(2, 3), await peak(5, 4)];
    const isMoved = other.x - one.x === 3 && other.y - one.y === 1;
    return { answer: isMoved ? 0 : 1, numbers: [one.x, one.y, other.x, other.y] };
  },
  channels: () => numeric("channels", parametersOf(nn.conv2d(16, 3), [3, 32, 32])),
  bias: async () => {
    const inside = constant(0).slice([0, 1], [0, 1], [0, 3], [0, 3]).add(1).sum();
    return numeric("bias", inside.item());
  },
  pooling: async () => {
    const slopes = grad((x: Tensor) => maxPool2d(x, 2).sum())(
      image([
        [1, 3],
        [2, 0],
      ]),
    );
    const [first, max] = await slopes.data();
    return numeric("pooling", max!, [first!]);
  },
};

export { findCounterexample } from "./counterexamples.ts";

/** What the engine finds for one question. */
export const findEvidence = (id: QuestionId): Promise<Evidence> => evidence[id]();

/** The questions whose key is not what the engine finds; none in a studio that may be built. */
export async function wrongKeys(): Promise<QuestionId[]> {
  const found = await Promise.all(IDS.map(async (id) => ({ id, answer: (await evidence[id]()).answer })));
  return found.filter(({ id, answer }) => answer !== questionOf(id).answer).map(({ id }) => id);
}
