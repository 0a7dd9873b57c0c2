// Nets of every layer kind, and models of them, for the tests of ONNX.
import { RandomStream } from "../src/base/random.ts";
import * as nn from "../src/nn/index.ts";
import { tensor } from "../src/tensor/create.ts";
import { concat } from "../src/tensor/functions.ts";
import { createModel, type Model } from "../src/train/index.ts";
import { logitsOf } from "../src/train/model.ts";

const SHAPE = [2, 8, 8] as const;
export const SEED = 11;

/** Bytes of so many images. */
export function imagesOf(shape: readonly number[], count: number): Uint8Array {
  const random = new RandomStream(SEED, 1);
  const size = shape.reduce((product, length) => product * length, count);
  return Uint8Array.from({ length: size }, () => random.uint32() & 255);
}

/** A model whose statistics are not those it begins with, so that forgetting them shows. */
export async function modelOf(
  net: nn.Layer | string,
  shape: readonly [number, number, number] = SHAPE,
): Promise<Model> {
  const set = { images: imagesOf(shape, 3), labels: new Uint8Array(3), shape, classes: ["a", "b", "c"] };
  const model = createModel(net, set, { seed: SEED });
  const state = await nn.stateDict(model.net);
  const random = new RandomStream(SEED, 2);
  for (const [name, { data }] of Object.entries(state)) {
    if (/running_|norm|bias/.test(name))
      data.set(Float64Array.from(data, () => 0.5 + (random.uint32() % 100) / 100));
  }
  await nn.loadState(model.net, state);
  return model;
}

/** The logits of images, one image after another. */
export async function logits(model: Model, images: Uint8Array): Promise<number[]> {
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  return [...(await logitsOf(model, tensor(images, { shape: [images.length / size, size] })).data())];
}

/** Layers, and after them a dense one for three classes. */
export const net = (...layers: nn.Layer[]): nn.Layer => nn.sequential(...layers, nn.flatten(), nn.linear(3));
/** A net for each kind of layer. */
export const LAYERS: Readonly<Record<string, () => nn.Layer>> = {
  "conv2d: strides, uneven padding, dilation": () =>
    net(nn.conv2d(4, [3, 2], { stride: [2, 1], padding: [1, 0, 2, 1], dilation: [1, 2] }), nn.relu()),
  "conv2d: groups, same padding": () => net(nn.conv2d(4, 4, { groups: 2, padding: "same" })),
  depthwiseConv2d: () => net(nn.depthwiseConv2d(3, { multiplier: 2 })),
  convTranspose2d: () => net(nn.convTranspose2d(3, 3, { stride: 2, padding: 1, outputPadding: 1 })),
  conv1d: () => net((x) => x.reshape(x.shape[0]!, 2, 64), nn.conv1d(3, 5, { stride: 2, padding: "same" })),
  "maxPool2d in ceil mode": () => net(nn.maxPool2d(3, { stride: 2, padding: 1, ceilMode: true })),
  "avgPool2d without its padding": () => net(nn.avgPool2d(3, { stride: 2, padding: 1, countPadding: false })),
  "avgPool2d in ceil mode": () => net(nn.avgPool2d(3, { stride: 2, padding: 1, ceilMode: true })),
  "adaptive pools": () =>
    net(nn.parallel([nn.adaptiveAvgPool2d(3), nn.adaptiveMaxPool2d(3), nn.adaptiveAvgPool2d(4)].slice(0, 2))),
  "global pools": () => net(nn.parallel([nn.globalAvgPool2d(), nn.globalMaxPool2d()], { join: "sum" })),
  "batch norms": () => net(nn.batchNorm2d(), nn.flatten(), nn.linear(6), nn.batchNorm1d({ affine: false })),
  "layerNorm and groupNorm": () => net(nn.layerNorm({ axes: 2 }), nn.conv2d(4, 1), nn.groupNorm(2)),
  "residual, dropout and a basic block with a shortcut": () =>
    net(nn.residual(nn.conv2d(2, 3, { padding: 1 }), nn.dropout(0.5)), nn.basicBlock(4, { stride: 2 })),
  "elu, selu, leakyRelu, softplus, softsign": () =>
    net(nn.elu(0.7), nn.selu(), nn.leakyRelu(0.2), nn.softplus(), nn.softsign()),
  "gelu, silu, mish, hardswish, hardsigmoid": () =>
    net(nn.gelu(), nn.gelu({ approximate: "tanh" }), nn.silu(), nn.mish(), nn.hardswish(), nn.hardsigmoid()),
  "tanh, sigmoid, softmax, logSoftmax": () => net(nn.tanh(), nn.sigmoid(), nn.softmax(1), nn.logSoftmax()),
  "a row that is repeated for each image": () =>
    net((x) => concat([tensor([[[[1]], [[2]]]]).broadcastTo(x.shape[0]!, 2, 1, 8), x], 2)),
  "a function of one's own": () =>
    net(
      (x) =>
        x
          .slice(null, null, [1, 7, 2], [6, 0, -1])
          .abs()
          .sqrt()
          .add(x.max([2, 3], { keepDims: true })),
      (x) =>
        x
          .transpose()
          .pad(
            [
              [0, 0],
              [0, 0],
              [1, 2],
              [0, 1],
            ],
            0.5,
          )
          .square()
          .sub(x.mean([1, 2, 3], { keepDims: true })),
    ),
};
