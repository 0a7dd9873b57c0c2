// How a net is trained where nothing else is said. Found by trying; knows nothing of data sets.
import { adamW } from "../optim/adam.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { cosine, scaled } from "../optim/schedule.ts";

/** Epochs, images a step and the highest learning rate of the default recipe. */
export const RECIPE = { epochs: 5, batchSize: 128, learningRate: 3e-3, warmup: 0.1 } as const;

/** AdamW whose learning rate rises over the first tenth of the steps and falls along a cosine to 0. */
export const defaultOptimizer = (learningRate: number = RECIPE.learningRate): Optimizer =>
  adamW({ lr: scaled(learningRate, cosine({ warmup: RECIPE.warmup })) });
