// Adam and AdamW, by PyTorch's formulas.
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0 } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of adam and adamW. */
export interface AdamOptions {
  /** Learning rate; 0.001 unless given. */
  readonly lr?: number | Schedule;
  /** β₁ and β₂, the shares of the running means kept; 0.9 and 0.999 unless given. */
  readonly betas?: readonly [number, number];
  /** ε added to the root in the divisor; 1e-8 unless given. */
  readonly eps?: number;
  /** λ: of a penalty in the loss (adam, 0 unless given), or of a decay of its own (adamW, 0.01 unless given). */
  readonly weightDecay?: number;
}

const USUAL: Required<AdamOptions> = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };
const RANGES = { eps: FROM_0, weightDecay: FROM_0 };

function make(name: string, options: Required<AdamOptions>, isDecoupled: boolean): Optimizer {
  const { lr, betas, eps, weightDecay } = options;
  const [beta1, beta2] = betas;
  const state = new OptimizerState(name, ["mean", "square"], ["correction1", "correction2"]);
  return {
    name,
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const stepSize = learningRate.div(state.correction("correction1", beta1));
      const rootScale = state.correction("correction2", beta2).rsqrt();
      const keep = learningRate.mul(-weightDecay).add(1);
      for (const [key, w, slope] of pairs(name, parameters, gradients)) {
        const gradient = isDecoupled ? slope : withPenalty(slope, w, weightDecay);
        const mean = state.average(`mean.${key}`, beta1, gradient);
        const square = state.average(`square.${key}`, beta2, gradient.square());
        const change = mean.mul(stepSize).div(square.sqrt().mul(rootScale).add(eps));
        w.assign((weightDecay > 0 && isDecoupled ? w.mul(keep) : w).sub(change));
      }
    },
  };
}

/**
 * Adam (Kingma & Ba 2015): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − η·m̂ / (√v̂ + ε), where m̂ = m/(1 − β₁ᵗ)
 * and v̂ = v/(1 − β₂ᵗ); g takes λw first. ConfigError for options unknown or out of range.
 */
export const adam = (options: AdamOptions & Groups<AdamOptions> = {}): Optimizer =>
  withGroups<AdamOptions>("adam", options, (own) =>
    make("adam", completeOptions("adam", own, USUAL, RANGES), false),
  );

/** Adam with weights decayed apart from the gradient, w ← w − ηλw (Loshchilov & Hutter 2019). */
export const adamW = (options: AdamOptions & Groups<AdamOptions> = {}): Optimizer =>
  withGroups<AdamOptions>("adamW", options, (own) =>
    make("adamW", completeOptions("adamW", own, { ...USUAL, weightDecay: 0.01 }, RANGES), true),
  );
