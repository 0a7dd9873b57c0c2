// From the room's settings to the engine's own objects: a net, an optimiser, the options of fit(). Runs in the worker and
// in Node alike.
import { data, type Layer, nn, optim } from "nabla";
import type { FitOptions } from "nabla/train";
import type { LayerSpec, LayerType, OptimizerName, RoomSettings, ScheduleName } from "./settings.ts";

/** Numbers of a layer by name. */
type Numbers = Readonly<Record<string, number>>;

const MAKERS: Readonly<Record<LayerType, (numbers: Numbers) => Layer>> = {
  conv2d: ({ filters, kernel, stride }) =>
    nn.conv2d(filters!, kernel!, { stride: stride!, padding: stride === 1 ? "same" : kernel! >> 1 }),
  depthwiseConv2d: ({ kernel, stride }) =>
    nn.depthwiseConv2d(kernel!, { stride: stride!, padding: stride === 1 ? "same" : kernel! >> 1 }),
  maxPool2d: ({ size }) => nn.maxPool2d(size!),
  avgPool2d: ({ size }) => nn.avgPool2d(size!),
  globalAvgPool2d: () => nn.globalAvgPool2d(),
  batchNorm2d: () => nn.batchNorm2d(),
  flatten: () => nn.flatten(),
  linear: ({ units }) => nn.linear(units!),
  dropout: ({ share }) => nn.dropout(share!),
  relu: () => nn.relu(),
  leakyRelu: () => nn.leakyRelu(),
  gelu: () => nn.gelu(),
  silu: () => nn.silu(),
  tanh: () => nn.tanh(),
  sigmoid: () => nn.sigmoid(),
};

export const layerOf = (spec: LayerSpec): Layer => MAKERS[spec.type](spec as unknown as Numbers);

/** The net of these layers and one that gives a number a class; without parameters. */
export const netOf = (layers: readonly LayerSpec[], classes: number): nn.LayerObject =>
  nn.sequential(...layers.map(layerOf), nn.linear(classes));

const FACTORS: Readonly<Record<ScheduleName, optim.Schedule | undefined>> = {
  constant: undefined,
  cosine: optim.cosine({ warmup: 0.1 }),
  step: optim.stepwise({ every: 1 / 3 }),
  exponential: optim.exponential({ final: 0.01 }),
  oneCycle: optim.oneCycle(),
};

type Rate = number | optim.Schedule;
const OPTIMIZERS: Readonly<Record<OptimizerName, (lr: Rate, settings: RoomSettings) => optim.Optimizer>> = {
  adamW: (lr, { weightDecay }) => optim.adamW({ lr, weightDecay }),
  adam: (lr, { weightDecay }) => optim.adam({ lr, weightDecay }),
  sgd: (lr, { momentum, weightDecay }) => optim.sgd({ lr, momentum, weightDecay }),
  rmsprop: (lr, { weightDecay }) => optim.rmsprop({ lr, weightDecay }),
  nadam: (lr, { weightDecay }) => optim.nadam({ lr, weightDecay }),
  radam: (lr, { weightDecay }) => optim.radam({ lr, weightDecay }),
  lion: (lr, { weightDecay }) => optim.lion({ lr, weightDecay }),
  muon: (lr, { weightDecay }) => optim.muon({ lr, weightDecay }),
};

export function optimizerOf(settings: RoomSettings): optim.Optimizer {
  const factor = FACTORS[settings.schedule];
  const { learningRate } = settings;
  return OPTIMIZERS[settings.optimizer](
    factor === undefined ? learningRate : optim.scaled(learningRate, factor),
    settings,
  );
}

/** What fit() is given; every step is told of. */
export const fitOptions = (settings: RoomSettings): FitOptions => ({
  optimizer: optimizerOf(settings),
  epochs: settings.epochs,
  batchSize: settings.batchSize,
  seed: settings.seed,
  augment: data.makeAugmentations([...settings.augment]),
  labelSmoothing: settings.labelSmoothing,
  ...(settings.clipNorm > 0 && { clipNorm: settings.clipNorm }),
  norms: true,
  stepsPerEvent: 1,
});
