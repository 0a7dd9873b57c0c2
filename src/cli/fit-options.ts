// From a resolved configuration to the options of fit(): its optimiser by name, its schedule, its checkpoints.
// Knows nothing of data, files or devices.
import { makeAugmentations } from "../data/index.ts";
import * as optim from "../optim/index.ts";
import { type FitOptions, RECIPE } from "../train/index.ts";
import type { TrainConfig } from "./config.ts";

type Rate = number | optim.Schedule;

const SCHEDULES: Readonly<Record<TrainConfig["schedule"], optim.Schedule | undefined>> = {
  constant: undefined,
  cosine: optim.cosine({ warmup: RECIPE.warmup }),
  step: optim.stepwise({ every: 1 / 3 }),
  exponential: optim.exponential({ final: 0.01 }),
  oneCycle: optim.oneCycle(),
  cosineRestarts: optim.cosineRestarts({ period: 1 / 7, growth: 2 }),
  polynomial: optim.polynomial({ power: 1 }),
};

type Make = (lr: Rate, config: TrainConfig) => optim.Optimizer;
const OPTIMIZERS: Readonly<Record<TrainConfig["optimizer"], Make>> = {
  sgd: (lr, { momentum, weightDecay }) => optim.sgd({ lr, momentum, weightDecay }),
  adam: (lr, { weightDecay }) => optim.adam({ lr, weightDecay }),
  adamw: (lr, { weightDecay }) => optim.adamW({ lr, weightDecay }),
  adamax: (lr, { weightDecay }) => optim.adamax({ lr, weightDecay }),
  nadam: (lr, { weightDecay }) => optim.nadam({ lr, weightDecay }),
  radam: (lr, { weightDecay }) => optim.radam({ lr, weightDecay }),
  rmsprop: (lr, { weightDecay }) => optim.rmsprop({ lr, weightDecay }),
  adagrad: (lr, { weightDecay }) => optim.adagrad({ lr, weightDecay }),
  adadelta: (lr, { weightDecay }) => optim.adadelta({ lr, weightDecay }),
  lion: (lr, { weightDecay }) => optim.lion({ lr, weightDecay }),
  muon: (lr, { weightDecay }) => optim.muon({ lr, weightDecay }),
};

/** The optimiser of a configuration, with its schedule and, where asked for, an average of the weights. */
export function optimizerOf(config: TrainConfig): optim.Optimizer {
  const schedule = SCHEDULES[config.schedule];
  const rate = schedule === undefined ? config.lr : optim.scaled(config.lr, schedule);
  const optimizer = OPTIMIZERS[config.optimizer](rate, config);
  return config.ema === undefined ? optimizer : optim.ema(optimizer, { decay: config.ema });
}

/** "10m" is minutes, a number steps. */
const rhythmOf = (every: number | string | undefined): FitOptions["checkpointEvery"] =>
  typeof every === "string" ? { minutes: Number.parseFloat(every) } : { steps: every };

/** What fit() is given, beside what concerns the command: signal, resuming, saving. */
export const fitOptions = (config: TrainConfig): FitOptions => ({
  optimizer: optimizerOf(config),
  epochs: config.epochs,
  batchSize: config.batchSize,
  seed: config.seed,
  validation: config.validation,
  balanced: config.balanced,
  shuffleBuffer: config.shuffleBuffer,
  augment: makeAugmentations(config.augment),
  labelSmoothing: config.labelSmoothing,
  clipNorm: config.clipNorm,
  clipValue: config.clipValue,
  accumulate: config.accumulate,
  checkpointEvery: rhythmOf(config.checkpointEvery),
  ...(config.plateauPatience !== undefined && { plateau: { patience: config.plateauPatience } }),
  until: {
    stepNorm: config.stepNorm,
    gradientNorm: config.gradientNorm,
    ...(config.patience !== undefined && { validation: { patience: config.patience } }),
  },
  norms: config.norms,
  maxSeconds: config.maxSeconds,
  target: config.target,
});
