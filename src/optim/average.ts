// Optimisers around another: a running average of the weights for evaluation, and lookahead.
// Know nothing of the optimiser inside.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { full } from "../tensor/create.ts";
import { where } from "../tensor/functions.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type NamedTensors, type Optimizer, OptimizerState } from "./optimizer.ts";
import { checkRange, checkWhole, SHARE } from "./options.ts";

/** State of the wrapper and of what is in it as one record; names of the two must not meet. */
function mergeState(own: OptimizerState, inner: Optimizer, into: Record<string, Tensor>): void {
  for (const name of Object.keys(into)) delete into[name];
  Object.assign(into, inner.state);
  const twice = Object.keys(own.tensors).find((name) => name in into);
  if (twice !== undefined) {
    throw new ConfigError(
      `${inner.name}: the state "${twice}" would be kept twice. Wrap an optimiser once in each wrapper.`,
      { name: twice },
    );
  }
  Object.assign(into, own.tensors);
}

/** Options of ema. */
export interface EmaOptions {
  /** Share of the average kept at each step, 0.999 unless given. */
  readonly decay?: number;
}

/**
 * The optimiser with an exponential moving average of the parameters beside it: a ← d·a + (1 − d)·w after each step,
 * a = w after the first (Polyak & Juditsky 1992, as PyTorch's AveragedModel). Nets are evaluated with the averages.
 * ConfigError for options unknown or out of range.
 */
export function ema(optimizer: Optimizer, options: EmaOptions = {}): Optimizer {
  const { decay = 0.999 } = options;
  checkOptionNames("ema", options, ["decay"]);
  checkRange("ema", "decay", decay, SHARE);
  const own = new OptimizerState("ema", ["ema"], ["ema.begun"]);
  const state: Record<string, Tensor> = {};
  let names: readonly string[] = [];
  return {
    name: `ema(${optimizer.name})`,
    learningRate: optimizer.learningRate,
    state,
    init(parameters) {
      names = Object.keys(parameters);
      optimizer.init(parameters);
      own.init(parameters);
      mergeState(own, optimizer, state);
    },
    update(parameters, gradients, learningRate) {
      optimizer.update(parameters, gradients, learningRate);
      // The average begins at 0, so that a share of 1 puts w there exactly.
      const share = own.get("ema.begun").mul(-decay).add(1);
      for (const [name, w] of Object.entries(parameters)) {
        const average = own.get(`ema.${name}`);
        average.assign(average.add(w.sub(average).mul(share)));
      }
      own.set("ema.begun", full([], 1));
    },
    averages: () => Object.fromEntries(names.map((name) => [name, own.get(`ema.${name}`)])),
  };
}

/** Options of lookahead. */
export interface LookaheadOptions {
  /** Steps of the optimiser inside between two steps of the slow weights; 5 unless given. */
  readonly every?: number;
  /** α, the share of the way that the slow weights follow; 0.5 unless given. */
  readonly alpha?: number;
}

/**
 * Lookahead (Zhang et al. 2019): after every k steps of the optimiser inside, s ← s + α(w − s) and w ← s, where s
 * begins at the first parameters. ConfigError for options unknown or out of range.
 */
export function lookahead(optimizer: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const { every = 5, alpha = 0.5 } = options;
  checkOptionNames("lookahead", options, ["every", "alpha"]);
  checkWhole("lookahead", "every", every, 1);
  checkRange("lookahead", "alpha", alpha, { least: 0, below: 1 + Number.EPSILON });
  const own = new OptimizerState("lookahead", ["slow"], ["slow.begun", "slow.count"]);
  const state: Record<string, Tensor> = {};
  const averages = optimizer.averages;
  return {
    name: `lookahead(${optimizer.name})`,
    learningRate: optimizer.learningRate,
    state,
    init(parameters) {
      optimizer.init(parameters);
      own.init(parameters);
      mergeState(own, optimizer, state);
    },
    update(parameters, gradients, learningRate) {
      const isBegun = own.get("slow.begun").greater(0);
      const before = (name: string, w: Tensor) => where(isBegun, own.get(`slow.${name}`), new Tensor(w.node));
      const slow = Object.entries(parameters).map(([name, w]) => [name, w, before(name, w)] as const);
      optimizer.update(parameters, gradients, learningRate);
      const count = own.get("slow.count").add(1);
      const isDue = count.greaterEqual(every);
      for (const [name, w, from] of slow) {
        const next = where(isDue, from.add(w.sub(from).mul(alpha)), from);
        own.set(`slow.${name}`, next);
        w.assign(where(isDue, next, w));
      }
      own.set("slow.begun", full([], 1));
      own.set("slow.count", where(isDue, 0, count));
    },
    ...(averages && { averages: (): NamedTensors => averages.call(optimizer) }),
  };
}
