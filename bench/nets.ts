// The nets whose training is timed, as data: both sides build them from the same description, so they cannot differ.
import { describe, type Layer, nn, optim } from "nabla";

/** A layer by name with its sizes; convolutions keep the image's size, and have no bias where their last number is 0. */
export type LayerSpec =
  | readonly ["linear", out: number]
  | readonly ["conv", filters: number, kernel: number, bias?: 0]
  | readonly ["pool", size: number]
  /** A residual block of ResNet-20. */
  | readonly ["block", filters: number, stride: number]
  | readonly ["relu" | "flatten" | "norm" | "meanPool"];

/** An optimiser by name with its numbers. */
export type OptimizerSpec =
  | { readonly name: "sgd"; readonly lr: number; readonly momentum: number }
  | { readonly name: "adam"; readonly lr: number };

/** A net, how it is trained, and the batches it is timed with. */
export interface NetSpec {
  readonly name: string;
  readonly title: string;
  /** Shape of one input. */
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly optimizer: (batch: number) => OptimizerSpec;
  readonly batches: readonly number[];
}

const mlp = (...sizes: readonly number[]): LayerSpec[] =>
  sizes.flatMap((size, i): LayerSpec[] =>
    i === sizes.length - 1 ? [["linear", size]] : [["linear", size], ["relu"]],
  );

// With momentum a batch of one would need another rate; plain descent is what is used there.
const descent = (batch: number): OptimizerSpec => ({
  name: "sgd",
  lr: 0.01,
  momentum: batch === 1 ? 0 : 0.9,
});
const adam = (): OptimizerSpec => ({ name: "adam", lr: 1e-3 });

const blocks = ([16, 32, 64] as const).flatMap((filters, stage): LayerSpec[] => [
  ["block", filters, stage === 0 ? 1 : 2],
  ["block", filters, 1],
  ["block", filters, 1],
]);

/** The nets by the letters they go by. */
export const nets: readonly NetSpec[] = [
  {
    name: "tiny",
    title: "MLP 784-32-10",
    input: [784],
    layers: mlp(32, 10),
    optimizer: descent,
    batches: [1, 32],
  },
  {
    name: "A",
    title: "MLP 784-1000-10",
    input: [784],
    layers: mlp(1000, 10),
    optimizer: descent,
    batches: [1, 32, 128, 1024],
  },
  {
    name: "B",
    title: "MLP 784-2500-2000-1500-1000-500-10",
    input: [784],
    layers: mlp(2500, 2000, 1500, 1000, 500, 10),
    optimizer: descent,
    batches: [128, 1024],
  },
  {
    name: "C",
    title: "conv 5×5 32, conv 5×5 64, linear 512",
    input: [1, 28, 28],
    layers: [
      ...([["conv", 32, 5], ["relu"], ["pool", 2], ["conv", 64, 5], ["relu"], ["pool", 2]] as const),
      ...([["flatten"], ["linear", 512], ["relu"], ["linear", 10]] as const),
    ],
    optimizer: adam,
    batches: [1, 32, 128, 1024],
  },
  {
    name: "D",
    title: "conv 3×3 16-16-32-32",
    input: [1, 28, 28],
    layers: [
      ...([["conv", 16, 3], ["relu"], ["conv", 16, 3], ["relu"], ["pool", 2]] as const),
      ...([["conv", 32, 3], ["relu"], ["conv", 32, 3], ["relu"], ["pool", 2]] as const),
      ...([["flatten"], ["linear", 10]] as const),
    ],
    optimizer: adam,
    batches: [1, 32, 128, 1024],
  },
  {
    name: "E",
    title: "ResNet-20",
    input: [3, 32, 32],
    layers: [["conv", 16, 3, 0], ["norm"], ["relu"], ...blocks, ["meanPool"], ["flatten"], ["linear", 10]],
    optimizer: () => ({ name: "sgd", lr: 0.1, momentum: 0.9 }),
    batches: [128],
  },
];

const makers: Readonly<Record<string, (a: number, b: number, c: number) => Layer>> = {
  linear: (out) => nn.linear(out),
  conv: (filters, kernel, bias) => nn.conv2d(filters, kernel, { padding: "same", bias: bias !== 0 }),
  pool: (size) => nn.maxPool2d(size),
  relu: () => nn.relu(),
  flatten: () => nn.flatten(),
  norm: () => nn.batchNorm2d(),
  block: (filters, stride) => nn.basicBlock(filters, { stride }),
  meanPool: () => nn.globalAvgPool2d(),
};

/** The net, without parameters yet. */
export const buildNet = ({ layers }: NetSpec): Layer =>
  nn.sequential(...layers.map(([name, a = 0, b = 0, c = 1]) => makers[name]!(a, b, c)));

/** Floating-point operations of the forward pass for one input; a training step is counted as three times that. */
export const forwardFlops = (spec: NetSpec): number =>
  describe(buildNet(spec), spec.input).reduce((sum, { flops }) => sum + flops, 0);

/** The optimiser a spec names. */
export const buildOptimizer = (spec: OptimizerSpec): optim.Optimizer =>
  spec.name === "sgd" ? optim.sgd({ lr: spec.lr, momentum: spec.momentum }) : optim.adam({ lr: spec.lr });
