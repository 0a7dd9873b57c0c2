// RAdam: Adam that trusts its second moment only once it rests on enough steps, by PyTorch's formula.
import { where } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { AdamOptions } from "./adam.ts";
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0 } from "./options.ts";

const USUAL: Required<AdamOptions> = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };

/** √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)): the share of the adaptive step that its variance allows; ρ > 5. */
function rectification(rho: Tensor, limit: number): Tensor {
  const scale = limit / ((limit - 4) * (limit - 2));
  return rho.sub(4).mul(rho.sub(2)).mul(scale).div(rho).sqrt();
}

/**
 * RAdam (Liu et al. 2020): as adam, the adaptive step times √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)) where
 * ρ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ) > 5 and ρ∞ = 2/(1 − β₂) − 1; until then w ← w − η·m̂. ConfigError for wrong options.
 */
export const radam = (options: AdamOptions & Groups<AdamOptions> = {}): Optimizer =>
  withGroups<AdamOptions>("radam", options, make);

function make(options: AdamOptions): Optimizer {
  const ranges = { eps: FROM_0, weightDecay: FROM_0 };
  const { lr, betas, eps, weightDecay } = completeOptions("radam", options, USUAL, ranges);
  const [beta1, beta2] = betas;
  const limit = 2 / (1 - beta2) - 1;
  const state = new OptimizerState("radam", ["mean", "square"], ["correction1", "correction2", "length"]);
  return {
    name: "radam",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const stepSize = learningRate.div(state.correction("correction1", beta1));
      const correction = state.correction("correction2", beta2);
      // ρ = 2l/(1 − β₂ᵗ) − 1 with l ← β₂l + (1 − β₂ᵗ): the same number without a difference of large ones.
      const length = state.set("length", state.get("length").mul(beta2).add(correction));
      const rho = length.mul(2).div(correction).sub(1);
      const isTrusted = rho.greater(5);
      const share = rectification(rho.maximum(5), limit).mul(correction.sqrt());
      for (const [key, w, slope] of pairs("radam", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const mean = state.average(`mean.${key}`, beta1, gradient);
        const square = state.average(`square.${key}`, beta2, gradient.square());
        const adaptive = share.div(square.sqrt().add(eps));
        w.assign(w.sub(mean.mul(stepSize).mul(where(isTrusted, adaptive, 1))));
      }
    },
  };
}
