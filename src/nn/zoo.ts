// Nets by name, for the command line and the studio. Each is made fresh, without parameters.

import { silu } from "./activations.ts";
import { batchNorm2d } from "./batch-norm.ts";
import { residual, sequential } from "./compose.ts";
import { conv2d, depthwiseConv2d } from "./convolution.ts";
import type { Layer, LayerObject } from "./layer.ts";
import { avgPool2d, dropout, flatten, maxPool2d, relu, tanh } from "./plain.ts";
import { globalAvgPool2d } from "./pooling.ts";
import { cifarResnet, wideResnet } from "./resnet.ts";
import { linear } from "./weights.ts";

/** What a net of the zoo is made for: the number of classes and the shape of an image. */
export interface ZooOptions {
  readonly classes: number;
  readonly shape: readonly [channels: number, height: number, width: number];
}

const dense = (hidden: readonly number[], classes: number): LayerObject => {
  const layers = hidden.flatMap((size): Layer[] => [linear(size), relu()]);
  return sequential(flatten(), ...layers, linear(classes));
};

/** A small convolutional net for images of about 28 × 28: two convolutions of 5 × 5, two dense layers. */
const cnn = ({ classes }: ZooOptions): LayerObject =>
  sequential(
    ...[conv2d(16, 5, { padding: "same" }), relu(), maxPool2d(2)],
    ...[conv2d(32, 5, { padding: "same" }), relu(), maxPool2d(2)],
    ...[flatten(), dropout(0.25), linear(128), relu(), linear(classes)],
  );

/** Two stages of two 3 × 3 convolutions with batch norm, a pool after each, one dense layer. */
const simpleCnn = ({ classes }: ZooOptions): LayerObject => {
  const unit = (filters: number) => [conv2d(filters, 3, { padding: 1, bias: false }), batchNorm2d(), relu()];
  const stage = (filters: number): Layer[] => [...unit(filters), ...unit(filters), maxPool2d(2)];
  return sequential(...stage(32), ...stage(64), flatten(), dropout(0.25), linear(classes));
};

/** LeNet-5 with tanh and average pooling (LeCun, Bottou, Bengio, Haffner 1998), its last layer a plain linear one. */
const lenet5 = ({ classes, shape }: ZooOptions): LayerObject =>
  sequential(
    // On 28 × 28 images the padding makes the 32 × 32 of the paper.
    ...[conv2d(6, 5, { padding: shape[1] < 32 ? 2 : 0 }), tanh(), avgPool2d(2)],
    ...[conv2d(16, 5), tanh(), avgPool2d(2)],
    ...[flatten(), linear(120), tanh(), linear(84), tanh(), linear(classes)],
  );

/**
 * Depthwise-separable convolutions for small images (Howard et al., "MobileNets", 2017): each a 3 × 3 filter a channel
 * and then a 1 × 1 convolution, both with batch norm.
 */
const mobilenet = ({ classes }: ZooOptions): LayerObject => {
  const separable = (filters: number, stride: number): Layer[] => [
    ...[depthwiseConv2d(3, { padding: 1, stride, bias: false }), batchNorm2d(), relu()],
    ...[conv2d(filters, 1, { bias: false }), batchNorm2d(), relu()],
  ];
  return sequential(
    ...[conv2d(32, 3, { padding: 1, bias: false }), batchNorm2d(), relu()],
    ...[...separable(64, 1), ...separable(128, 2), ...separable(128, 1)],
    ...[...separable(256, 2), ...separable(256, 1)],
    ...[globalAvgPool2d(), flatten(), linear(classes)],
  );
};

/** ConvMixer-128/4 with patches of 2 × 2 and filters of 5 × 5 (Trockman & Kolter, "Patches Are All You Need?", 2022). */
const convMixer = ({ classes }: ZooOptions): LayerObject => {
  const width = 128;
  const mix = (): Layer[] => [
    residual(depthwiseConv2d(5, { padding: "same" }), silu(), batchNorm2d()),
    ...[conv2d(width, 1), silu(), batchNorm2d()],
  ];
  return sequential(
    ...[conv2d(width, 2, { stride: 2 }), silu(), batchNorm2d()],
    ...Array.from({ length: 4 }, mix).flat(),
    ...[globalAvgPool2d(), flatten(), linear(classes)],
  );
};

/**
 * Makers of nets by name: `cnn` (the default), `simpleCnn`, `lenet5`, `mlp` (one hidden layer of 1000), `linear` (no
 * hidden layer), `deepMlp` (2500-2000-1500-1000-500, as Cireşan et al. 2010), the residual nets `resnet20`, `resnet32`,
 * `resnet56` and `wideResnet` (16 layers, 4 times as wide), `mobilenet` and `convMixer`.
 */
export const zoo: Readonly<Record<string, (options: ZooOptions) => LayerObject>> = {
  cnn,
  simpleCnn,
  lenet5,
  mlp: ({ classes }) => dense([1000], classes),
  linear: ({ classes }) => dense([], classes),
  deepMlp: ({ classes }) => dense([2500, 2000, 1500, 1000, 500], classes),
  resnet20: ({ classes }) => cifarResnet(3, classes),
  resnet32: ({ classes }) => cifarResnet(5, classes),
  resnet56: ({ classes }) => cifarResnet(9, classes),
  wideResnet: ({ classes }) => wideResnet({ depth: 16, width: 4, classes }),
  mobilenet,
  convMixer,
};
