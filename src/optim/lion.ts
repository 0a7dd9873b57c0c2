// Lion: steps of one length in every element, by the sign of a mean of gradients.
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs } from "./optimizer.ts";
import { completeOptions, FROM_0 } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of lion. */
export interface LionOptions {
  /** Learning rate; 0.0001 unless given: a third to a tenth of what adamW would have. */
  readonly lr?: number | Schedule;
  /** β₁ of the step's mean and β₂ of the one that is kept; 0.9 and 0.99 unless given. */
  readonly betas?: readonly [number, number];
  /** λ of the decay w ← w − ηλw; 0 unless given. */
  readonly weightDecay?: number;
}

const USUAL: Required<LionOptions> = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 };

/**
 * Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023): w ← w − η(sign(β₁m + (1 − β₁)g) + λw),
 * then m ← β₂m + (1 − β₂)g. ConfigError for options unknown or out of range.
 */
export const lion = (options: LionOptions & Groups<LionOptions> = {}): Optimizer =>
  withGroups<LionOptions>("lion", options, make);

function make(options: LionOptions): Optimizer {
  const { lr, betas, weightDecay } = completeOptions("lion", options, USUAL, { weightDecay: FROM_0 });
  const [beta1, beta2] = betas;
  const state = new OptimizerState("lion", ["mean"], []);
  return {
    name: "lion",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const keep = learningRate.mul(-weightDecay).add(1);
      for (const [key, w, gradient] of pairs("lion", parameters, gradients)) {
        const direction = state
          .get(`mean.${key}`)
          .mul(beta1)
          .add(gradient.mul(1 - beta1))
          .sign();
        state.average(`mean.${key}`, beta2, gradient);
        w.assign((weightDecay > 0 ? w.mul(keep) : w).sub(direction.mul(learningRate)));
      }
    },
  };
}
