// The learning-rate finder: training whose rate grows from step to step, and where the loss fell fastest.
// Knows nothing of epochs, files or the command line.
import { ConfigError } from "../base/errors.ts";
import { countOf, type ImageSource } from "../data/image-set.ts";
import { orderOf } from "../data/sampler.ts";
import { type Window, windowsOf } from "../data/windows.ts";
import type { Layer } from "../nn/layer.ts";
import { loadState, stateDict } from "../nn/state.ts";
import { adamW } from "../optim/adam.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { createModel } from "./model.ts";
import { RECIPE } from "./recipe.ts";
import { TrainingStep } from "./training-step.ts";

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions {
  /** AdamW if left out; its own learning rate does not count. */
  readonly optimizer?: Optimizer | undefined;
  readonly batchSize?: number | undefined;
  readonly seed?: number | undefined;
  readonly labelSmoothing?: number | undefined;
  /** The first and the last rate tried, 1e-6 and 10 if left out. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Steps from one to the other, 120 if left out. */
  readonly steps?: number | undefined;
}

/** What was tried and what came of it. */
export interface LearningRateCurve {
  /** The rates of the steps done, growing by one factor. */
  readonly rates: readonly number[];
  /** The loss before each of these steps, smoothed: a running mean that keeps 0.9. */
  readonly losses: readonly number[];
  /** The rate at which the smoothed loss fell fastest; undefined where it never fell. */
  readonly suggestion: number | undefined;
}

const KEPT = 0.9;
/** The search ends where the loss is so many times the least. */
const FAR_ABOVE = 4;
const STEPS_A_CALL = 5;

/** Running means without the bias of their beginning; ends before the first loss that is not finite or far above. */
function smooth(losses: readonly number[]): number[] {
  const result: number[] = [];
  let [mean, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, loss] of losses.entries()) {
    mean = KEPT * mean + (1 - KEPT) * loss;
    const value = mean / (1 - KEPT ** (i + 1));
    if (!Number.isFinite(value) || value > FAR_ABOVE * least) break;
    least = Math.min(least, value);
    result.push(value);
  }
  return result;
}

/** The rate in the middle of the steepest fall of the loss against the logarithm of the rate. */
export function steepestRate(rates: readonly number[], losses: readonly number[]): number | undefined {
  const end = losses.indexOf(Math.min(...losses));
  let best: { fall: number; rate: number } | undefined;
  // The first means rest on few losses and fall by chance; a fall counts over a fifth of the curve.
  const reach = Math.max(1, Math.floor(losses.length / 10));
  for (let i = 2 * reach; i < end; i++) {
    const fall = losses[i - reach]! - losses[Math.min(i + reach, losses.length - 1)]!;
    if (fall > (best?.fall ?? 0)) best = { fall, rate: rates[i]! };
  }
  return best?.rate;
}

function checkRange(from: number, to: number, steps: number): void {
  if (from > 0 && to > from && Number.isFinite(to) && Number.isSafeInteger(steps) && steps >= 10) return;
  throw new ConfigError(
    `findLearningRate: from ${from}, to ${to} in ${steps} steps is no range. Give 0 < from < to and at least 10 steps.`,
    { from, to, steps },
  );
}

/** Does the steps of the windows until the loss is far above its least; gives the smoothed losses before that. */
async function untilFarAbove(step: TrainingStep, windows: AsyncIterable<Window>): Promise<number[]> {
  let losses: number[] = [];
  let done = 0;
  for await (const window of windows) {
    await step.load(window);
    while (done < window.end) {
      done += await step.run(Math.min(STEPS_A_CALL, window.end - done));
      const history = Array.from((await step.history()).losses).slice(0, done);
      losses = smooth(history);
      if (losses.length < history.length) return losses;
    }
  }
  return losses;
}

/**
 * Trains with a learning rate that grows geometrically, until the loss is four times its least, and says where it fell
 * fastest (Smith, "Cyclical Learning Rates", 2017). The net has the parameters afterwards that it had before.
 */
export async function findLearningRate(
  net: Layer | string,
  train: ImageSource,
  options: FindLearningRateOptions = {},
): Promise<LearningRateCurve> {
  const { from = 1e-6, to = 10, steps = 120, seed = 1, optimizer = adamW(), labelSmoothing = 0 } = options;
  checkRange(from, to, steps);
  const model = createModel(net, train, { seed });
  const before = await stateDict(model.net);
  const count = countOf(train);
  const batchSize = Math.min(options.batchSize ?? RECIPE.batchSize, count);
  const step = new TrainingStep({
    ...{ model, optimizer, seed, labelSmoothing, batchSize, stepsPerEpoch: steps, accumulate: 1 },
    ...{ augment: [], clipNorm: undefined, clipValue: undefined, measuresNorms: false },
  });
  const rates = Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));
  const passes = Math.ceil((steps * batchSize) / count);
  const order = Array.from({ length: passes }, (_, epoch) => [...orderOf(train, epoch, { seed })]).flat();
  const windows = windowsOf(train, {
    ...{ batchSize, stepsPerEpoch: steps, epochs: 1, from: { epoch: 0, position: 0 } },
    orderOf: () => Int32Array.from(order),
  });
  await step.beginEpoch(rates, 0);
  const losses = await untilFarAbove(step, windows);
  await loadState(model.net, before);
  const tried = rates.slice(0, losses.length);
  return { rates: tried, losses, suggestion: steepestRate(tried, losses) };
}
