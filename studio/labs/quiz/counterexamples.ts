// What speaks against a wrong answer of the quiz, in numbers of the engine. Runs in a worker and in Node.
import { conv2d, grad, initialize, maxPool2d, nn, softmax, type Tensor, tensor } from "nabla";
import { countDerivatives } from "nabla/descent";
import { walk } from "../graph/compute.ts";
import { START } from "../graph/net.ts";
import { type QuestionId, questionOf } from "./questions.ts";

const square = (w: Tensor): Tensor => w.square();
const slopeAt = (w: number): Promise<number> => grad(square)(tensor(w)).item();

/** w after `steps` steps on Q = w². */
async function descend(w: number, eta: number, steps: number): Promise<number> {
  let at = w;
  for (let t = 0; t < steps; t++) at -= eta * (await slopeAt(at));
  return at;
}

/** (f(x + h) − f(x − h)) / 2h, and the two values. */
async function quotient(f: (x: Tensor) => Tensor, x: number, h = 0.5): Promise<number[]> {
  const [more, less] = [await f(tensor(x + h)).item(), await f(tensor(x - h)).item()];
  return [h, less, more, (more - less) / (2 * h)];
}

/** Weights and biases of a layer as the engine makes them. */
function parts(layer: ReturnType<typeof nn.linear>, shape: readonly number[]): number[] {
  initialize(layer, shape, { seed: 1 });
  const { weight, bias } = layer.parameters!;
  return [weight!.size, bias!.size];
}

const neuron = (from: readonly Tensor[]): Tensor =>
  from.map((x) => x.mul(tensor(1))).reduce((a, b) => a.add(b));

/** Paths through 1, 2, 3 hidden layers of two neurons. */
function pathsByDepth(): number[] {
  const inputs = [tensor(1), tensor(2)];
  let values = inputs;
  return [1, 2, 3].map(() => {
    const from = values;
    values = from.map(() => neuron(from));
    return countDerivatives(neuron(values), inputs).paths;
  });
}

/** w₁₁ a little up: what becomes of a. */
async function raiseWeight(): Promise<number[]> {
  const h = 0.5;
  const [before, after] = [await walk(START), await walk({ ...START, w11: START.w11 + h })];
  const [a, b] = [before.values.a, after.values.a];
  return [h, a, b, (b - a) / h];
}

/** The lengths of steps along a slope of 1 with momentum μ: the first that is longer than `length`, and its number. */
async function firstLonger(length: number): Promise<number[]> {
  let velocity = tensor(0);
  for (let step = 1; step < 400; step++) {
    velocity = velocity.mul(0.9).add(1);
    const now = await velocity.item();
    if (now > length + 1e-6) return [step, now];
  }
  return [];
}

const SOBEL = tensor([-1, 0, 1, -2, 0, 2, -1, 0, 1]);
const VALIDATION = [0.5, 0.4, 0.35, 0.36, 0.38];

/** For each question the numbers that speak against this answer; none where those for the right one do. */
const against: Readonly<Partial<Record<QuestionId, (given: number) => number[] | Promise<number[]>>>> = {
  step: async (given) => {
    const eta = (4 - given) / (await slopeAt(4));
    return [eta, await descend(4, eta, 1)];
  },
  "two-steps": async (given) => {
    const first = await descend(4, 0.1, 1);
    return [first, (first - given) / 0.1, await slopeAt(first)];
  },
  "at-once": async (eta) => [await descend(4, eta, 1), await descend(1, eta, 1)],
  growing: async (eta) => [await descend(4, eta, 10)],
  momentum: firstLonger,
  "short-step": async (given) => {
    const eta = given / (await slopeAt(5));
    return [eta, Math.abs((await descend(5, eta, 1)) - 5)];
  },
  patience: (given) => [VALIDATION[given]!, Math.min(...VALIDATION)],
  error: () => quotient((a) => a.sub(10).square(), 1),
  gate: () => quotient((s) => s.relu(), -9),
  "two-paths": raiseWeight,
  paths: pathsByDepth,
  dense: () => parts(nn.linear(1000), [784]),
  output: () => parts(nn.linear(10), [1000]),
  chance: async (given) => [
    await tensor(-given).exp().item(),
    (await softmax(tensor(new Array<number>(10).fill(0), { shape: [1, 10] })).data())[3]!,
  ],
  "by-hand": async () => [
    ...(await tensor([1, 2, 3, 4])
      .mul(tensor([1, 0, 0, 1]))
      .data()),
  ],
  size: (given) => {
    const side = 29 - given;
    const [image, filter] = [28, side].map((n) => tensor(new Float32Array(n * n), { shape: [1, 1, n, n] }));
    return [side, conv2d(image!, filter!).shape[3]!];
  },
  constant: async () => [
    await SOBEL.relu().mul(4).sum().item(),
    await SOBEL.neg().relu().mul(-4).sum().item(),
  ],
  blur: async () => {
    const products = tensor(new Array<number>(9).fill(1 / 9)).mul(7);
    return [(await products.data())[0]!, await products.sum().item()];
  },
  channels: () => parts(nn.conv2d(16, 3), [3, 32, 32]),
  bias: async () => [await tensor(new Array<number>(9).fill(0)).mul(1).add(1).sum().item()],
  pooling: async () => {
    const pooled = (first: number, largest: number): Promise<number> =>
      maxPool2d(tensor([first, largest, 2, 0], { shape: [1, 1, 2, 2] }), 2)
        .sum()
        .item();
    return [await pooled(1, 3), await pooled(1, 3.5), await pooled(1.5, 3)];
  },
};

/** What speaks against this answer; undefined where the numbers for the right one do. */
export async function findCounterexample(
  id: QuestionId,
  choice: number,
): Promise<readonly number[] | undefined> {
  return against[id]?.(questionOf(id).options?.[choice] ?? 0);
}
