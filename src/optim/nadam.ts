// NAdam: Adam that looks ahead along its momentum, by PyTorch's formula.
import type { AdamOptions } from "./adam.ts";
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0 } from "./options.ts";

/** Options of nadam. */
export interface NadamOptions extends AdamOptions {
  /** ψ, how fast the momentum approaches β₁; 0.004 unless given. */
  readonly momentumDecay?: number;
}

const USUAL: Required<NadamOptions> = {
  ...{ lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8 },
  ...{ weightDecay: 0, momentumDecay: 4e-3 },
};

/**
 * NAdam (Dozat 2016): μₜ = β₁(1 − 0.96^(tψ)/2), w ← w − η·((1 − μₜ)g / (1 − Πμ) + μₜ₊₁m / (1 − μₜ₊₁Πμ)) / (√v̂ + ε)
 * with m, v̂ as in adam; g takes λw first. lr 0.002 unless given. ConfigError for options unknown or out of range.
 */
export const nadam = (options: NadamOptions & Groups<NadamOptions> = {}): Optimizer =>
  withGroups<NadamOptions>("nadam", options, make);

function make(options: NadamOptions): Optimizer {
  const ranges = { eps: FROM_0, weightDecay: FROM_0, momentumDecay: FROM_0 };
  const { lr, betas, eps, weightDecay, momentumDecay } = completeOptions("nadam", options, USUAL, ranges);
  const [beta1, beta2] = betas;
  const state = new OptimizerState("nadam", ["mean", "square"], ["correction2", "rise", "left"]);
  // 1 − 0.96^(tψ) is kept as a running correction, and 1 − Πμ ("left") as x ← μx + (1 − μ): both begin at 0.
  const ratio = 0.96 ** momentumDecay;
  return {
    name: "nadam",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const rise = state.correction("rise", ratio);
      const momentumAt = (risen: typeof rise) => risen.add(1).mul(beta1 / 2);
      const momentum = momentumAt(rise);
      const next = momentumAt(rise.mul(ratio).add(1 - ratio));
      const fresh = momentum.neg().add(1);
      const left = state.set("left", state.get("left").mul(momentum).add(fresh));
      const ofGradient = learningRate.mul(fresh).div(left);
      const ofMean = learningRate.mul(next).div(left.mul(next).add(next.neg().add(1)));
      const rootScale = state.correction("correction2", beta2).rsqrt();
      for (const [key, w, slope] of pairs("nadam", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const mean = state.average(`mean.${key}`, beta1, gradient);
        const square = state.average(`square.${key}`, beta2, gradient.square());
        const change = gradient.mul(ofGradient).add(mean.mul(ofMean));
        w.assign(w.sub(change.div(square.sqrt().mul(rootScale).add(eps))));
      }
    },
  };
}
