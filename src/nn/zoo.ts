// Nets by name, for the command line and the studio. Each is made fresh, without parameters.

import { sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import type { Layer, LayerObject } from "./layer.ts";
import { avgPool2d, dropout, flatten, maxPool2d, relu, tanh } from "./plain.ts";
import { cifarResnet } from "./resnet.ts";
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

/** LeNet-5 with tanh and average pooling (LeCun, Bottou, Bengio, Haffner 1998), its last layer a plain linear one. */
const lenet5 = ({ classes, shape }: ZooOptions): LayerObject =>
  sequential(
    // On 28 × 28 images the padding makes the 32 × 32 of the paper.
    ...[conv2d(6, 5, { padding: shape[1] < 32 ? 2 : 0 }), tanh(), avgPool2d(2)],
    ...[conv2d(16, 5), tanh(), avgPool2d(2)],
    ...[flatten(), linear(120), tanh(), linear(84), tanh(), linear(classes)],
  );

/**
 * Makers of nets by name: `cnn` (the default), `lenet5`, `mlp` (one hidden layer of 1000), `linear` (no hidden layer),
 * `deepMlp` (2500-2000-1500-1000-500, as Cireşan et al. 2010) and the residual nets `resnet20`, `resnet32`, `resnet56`.
 */
export const zoo: Readonly<Record<string, (options: ZooOptions) => LayerObject>> = {
  cnn,
  lenet5,
  mlp: ({ classes }) => dense([1000], classes),
  linear: ({ classes }) => dense([], classes),
  deepMlp: ({ classes }) => dense([2500, 2000, 1500, 1000, 500], classes),
  resnet20: ({ classes }) => cifarResnet(3, classes),
  resnet32: ({ classes }) => cifarResnet(5, classes),
  resnet56: ({ classes }) => cifarResnet(9, classes),
};
