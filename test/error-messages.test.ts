// What users are told of their mistakes, word by word: each message names the rule with the values and the cure, and is
// thrown where the graph is built, called from the user's own line.
import { describe, expect, it } from "vitest";
import type * as data from "../src/data/index.ts";
import { generateDigits } from "../src/data/index.ts";
import * as nabla from "../src/index.ts";
import { NablaError, nn, ones, optim, tensor, zeros } from "../src/index.ts";
import * as training from "../src/train/index.ts";

const images = (...shape: number[]) => zeros(shape);
const digits = () => generateDigits({ train: 20, test: 10 });
const wholes = (...values: number[]) => tensor(values, { dtype: "int32" });
const unknown = <T>(value: unknown): T => value as T;

const MISTAKES: Readonly<Record<string, Readonly<Record<string, () => unknown>>>> = {
  "wrong rank": {
    conv2d: () => nabla.conv2d(images(3, 8, 8), images(4, 3, 3, 3)),
    maxPool2d: () => nabla.maxPool2d(images(8, 8), 2),
    resize: () => nabla.resize(images(8, 8), [4, 4]),
    gridSample: () => nabla.gridSample(images(1, 1, 4, 4), images(4, 4, 2)),
    crossEntropy: () => nn.crossEntropy(images(3), wholes(0)),
    matmul: () => tensor(2).matmul(ones([2, 2])),
    item: () => ones([2]).item(),
  },
  "wrong kind": {
    zeros: () => zeros(unknown(2)),
    "tensor of words": () => tensor(unknown(["a"])),
    add: () => ones([2]).add(unknown([1, 2])),
    matmul: () => ones([2, 2]).matmul(unknown(3)),
    axes: () => ones([2]).sum(unknown("x")),
    cast: () => ones([2]).cast(unknown("float64")),
    "slice, NaN": () => ones([2]).slice([Number.NaN, 1]),
    concat: () => nabla.concat(unknown(ones([2]))),
    stack: () => nabla.stack(unknown(ones([2]))),
    pad: () => nabla.pad(ones([2, 2]), unknown([2, 2])),
    maxPool2d: () => nn.maxPool2d(unknown(undefined)),
    "nn.relu, not called": () => nn.apply(unknown(nn.relu), ones([2])),
    net: () => nn.summary(unknown("cnn"), [1, 28, 28]),
    gradient: () => nabla.grad(() => unknown<nabla.Tensor>(3))(ones([2])),
    "options, adam": () => optim.adam(unknown(0.1)),
    "options, cosine": () => optim.cosine(unknown(10)),
    "options, linear": () => nn.linear(3, unknown(4)),
    "schedule, multiStep": () => optim.multiStep({ at: unknown(3) }),
    "data of fit": () => training.fit("linear", unknown<data.DataSet>(digits().train)),
    "set of fit": () => training.fit("linear", { train: unknown<data.ImageSet>({}) }),
    "optimizer of fit": () => training.fit("linear", digits(), { optimizer: unknown("adam") }),
    "callbacks of fit": () => training.fit("linear", digits(), { callbacks: unknown([3]) }),
  },
  "wrong size": {
    add: () => ones([2, 3]).add(ones([4, 3])),
    matmul: () => ones([32, 784]).matmul(ones([10, 784])),
    reshape: () => ones([2, 3]).reshape(4, 2),
    concat: () => nabla.concat([ones([2, 3]), ones([2, 4])], 0),
    conv2d: () => nabla.conv2d(images(1, 3, 8, 8), images(4, 2, 3, 3)),
    "conv2d, larger than the image": () => nabla.conv2d(images(1, 1, 2, 2), images(1, 1, 5, 5)),
    linear: () => nn.apply(nabla.initialize(nn.linear(2), [3]), ones([1, 4])),
    split: () => nabla.split(ones([5]), [2, 2]),
    einsum: () => nabla.einsum("ij,jk->ik", ones([2, 3]), ones([4, 2])),
    tensor: () => tensor([1, 2, 3], { shape: [2, 2] }),
    "tensor, ragged": () => tensor([[1, 2], [3]]),
    axis: () => ones([2, 3]).sum(2),
    "axis, negative": () => ones([2, 3]).squeeze(-3),
    "argmax of nothing": () => zeros([2, 0]).argmax(),
  },
  "wrong type": {
    add: () => ones([2]).add(wholes(1, 2)),
    exp: () => wholes(1).exp(),
    sum: () => wholes(1).sum(),
    not: () => ones([1]).not(),
    take: () => ones([3]).take(ones([1])),
    mul: () => wholes(1).mul(0.5),
  },
  "negative sizes": {
    zeros: () => zeros([2, -1]),
    conv2d: () => nn.conv2d(-4, 3),
    linear: () => nn.linear(0),
    maxPool2d: () => nn.maxPool2d(0),
    stride: () => nabla.conv2d(images(1, 1, 4, 4), images(1, 1, 2, 2), { stride: 0 }),
    padding: () => nabla.conv2d(images(1, 1, 4, 4), images(1, 1, 2, 2), { padding: -1 }),
    resize: () => nabla.resize(images(1, 1, 4, 4), [0, 4]),
    topK: () => nabla.topK(ones([3]), 4),
  },
  "not a number": {
    "learning rate": () => optim.adamW({ lr: Number.NaN }),
    betas: () => optim.adam({ lr: 0.1, betas: [0.9, 1] }),
    momentum: () => optim.sgd({ lr: 0.1, momentum: Number.NaN }),
    "weight decay": () => optim.sgd({ lr: 0.1, weightDecay: -1 }),
    dropout: () => nn.dropout(Number.NaN),
    "label smoothing": () => nn.crossEntropy(ones([1, 2]), wholes(0), { labelSmoothing: Number.NaN }),
    eps: () => nn.batchNorm2d({ eps: Number.NaN }),
    seed: () => new nabla.Generator(Number.NaN),
    bernoulli: () => new nabla.Generator(1).bernoulli([1], Number.NaN),
    uniform: () => new nabla.Generator(1).uniform([1], 0, Number.NaN),
    normal: () => new nabla.Generator(1).normal([1], 0, Number.NaN),
    clip: () => nabla.clip(ones([1]), Number.NaN),
    epochs: () => training.fit("linear", digits(), { epochs: Number.NaN }),
    ema: () => optim.ema(optim.sgd({ lr: 1 }), { decay: Number.NaN }),
    cosine: () => optim.cosine({ warmup: Number.NaN }),
    scaled: () => optim.scaled(Number.NaN, optim.constant()),
    leakyRelu: () => nn.leakyRelu(Number.NaN),
    huber: () => nn.huber(ones([1]), ones([1]), { delta: Number.NaN }),
  },
  "a name that is none": {
    optimizer: () => optim.adamW(unknown({ lr: 0.1, weightdecay: 1 })),
    layer: () => nn.conv2d(4, 3, unknown({ pading: 1 })),
    digits: () => generateDigits(unknown({ trian: 10 })),
    cosine: () => optim.cosine(unknown({ warmUp: 0.1 })),
    pad: () => nabla.pad(ones([2]), [[1, 1]], unknown({ mod: "reflect" })),
    linear: () => nn.linear(4, unknown({ Bias: false })),
    "batch norm": () => nn.batchNorm2d(unknown({ epsilon: 1 })),
    fit: () => training.fit("linear", digits(), unknown({ batchsize: 1 })),
    criterion: () => training.fit("linear", digits(), { until: unknown({ stepnorm: 1 }) }),
    net: () => training.fit("resnet21", digits()),
    mode: () => nabla.resize(images(1, 1, 4, 4), [2, 2], { mode: unknown("bilinaer") }),
    reduction: () => nn.mse(ones([1]), ones([1]), { reduction: unknown("avg") }),
    conv2d: () => nabla.conv2d(images(1, 1, 4, 4), images(1, 1, 2, 2), unknown({ strides: 2 })),
    avgPool2d: () => nn.avgPool2d(2, unknown({ countPading: true })),
    "pool option": () => nn.maxPool2d(2, unknown({ strides: 2 })),
    device: () => nabla.openDevice(unknown("gpu")),
  },
};

const cases = Object.entries(MISTAKES).flatMap(([kind, mistakes]) =>
  Object.entries(mistakes).map(([name, make]) => ({ name: `${kind}: ${name}`, make })),
);

/** What a mistake throws at once or rejects with; undefined where nothing is said. */
async function errorOf(make: () => unknown): Promise<unknown> {
  try {
    await make();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a mistake is answered", () => {
  it.each(cases)("$name", async ({ make }) => {
    const error = await errorOf(make);
    expect(error).toBeInstanceOf(NablaError);
    const { message, code, stack } = error as NablaError;
    expect(message).toMatch(/^[\w.]+: .+[.?]$/s);
    expect(`${code} ${message}`).toMatchSnapshot();
    // The line of this file that makes the mistake is among the callers.
    expect(stack).toContain("error-messages.test.ts");
  });
});
