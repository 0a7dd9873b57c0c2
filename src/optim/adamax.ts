// Adamax: Adam with the largest gradient in place of their root mean square, by PyTorch's formula.
import type { AdamOptions } from "./adam.ts";
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0 } from "./options.ts";

const USUAL: Required<AdamOptions> = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };

/**
 * Adamax (Kingma & Ba 2015, §7.1): m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε), w ← w − η·m / ((1 − β₁ᵗ)u); g takes λw
 * first. lr 0.002 unless given. ConfigError for options unknown or out of range.
 */
export const adamax = (options: AdamOptions & Groups<AdamOptions> = {}): Optimizer =>
  withGroups<AdamOptions>("adamax", options, make);

function make(options: AdamOptions): Optimizer {
  const ranges = { eps: FROM_0, weightDecay: FROM_0 };
  const { lr, betas, eps, weightDecay } = completeOptions("adamax", options, USUAL, ranges);
  const state = new OptimizerState("adamax", ["mean", "peak"], ["correction1"]);
  return {
    name: "adamax",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const stepSize = learningRate.div(state.correction("correction1", betas[0]));
      for (const [key, w, slope] of pairs("adamax", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const mean = state.average(`mean.${key}`, betas[0], gradient);
        const decayed = state.get(`peak.${key}`).mul(betas[1]);
        const peak = state.set(`peak.${key}`, decayed.maximum(gradient.abs().add(eps)));
        w.assign(w.sub(mean.mul(stepSize).div(peak)));
      }
    },
  };
}
