// RMSprop, plain or centred, with or without momentum, by PyTorch's formula.
import type { Tensor } from "../tensor/tensor.ts";
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0, SHARE } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of rmsprop. */
export interface RmspropOptions {
  /** Learning rate; 0.01 unless given. */
  readonly lr?: number | Schedule;
  /** α, the share of the running means kept; 0.99 unless given. */
  readonly alpha?: number;
  /** ε added to the root in the divisor; 1e-8 unless given. */
  readonly eps?: number;
  /** Share of the last step kept; 0 unless given. */
  readonly momentum?: number;
  /** Whether the gradient's running mean is taken off its mean square: the divisor becomes a deviation. */
  readonly centered?: boolean;
  /** λ of the penalty λ/2·‖w‖² added to the loss; 0 unless given. */
  readonly weightDecay?: number;
}

const USUAL: Required<RmspropOptions> = {
  ...{ lr: 0.01, alpha: 0.99, eps: 1e-8 },
  ...{ momentum: 0, centered: false, weightDecay: 0 },
};

/**
 * RMSprop (Hinton 2012): v ← αv + (1 − α)g², d = √v + ε, or √(v − ḡ²) + ε if centred with ḡ ← αḡ + (1 − α)g (Graves
 * 2013); w ← w − η·g/d, or b ← μb + g/d and w ← w − η·b; g takes λw first. ConfigError for wrong options.
 */
export const rmsprop = (options: RmspropOptions & Groups<RmspropOptions> = {}): Optimizer =>
  withGroups<RmspropOptions>("rmsprop", options, make);

function make(options: RmspropOptions): Optimizer {
  const ranges = { alpha: SHARE, eps: FROM_0, momentum: SHARE, weightDecay: FROM_0 };
  const complete = completeOptions("rmsprop", options, USUAL, ranges);
  const { lr, alpha, eps, momentum, centered, weightDecay } = complete;
  const roles = ["square", ...(centered ? ["mean"] : []), ...(momentum > 0 ? ["momentum"] : [])];
  const state = new OptimizerState("rmsprop", roles, []);

  const divisor = (key: string, gradient: Tensor): Tensor => {
    const square = state.average(`square.${key}`, alpha, gradient.square());
    if (!centered) return square.sqrt().add(eps);
    const mean = state.average(`mean.${key}`, alpha, gradient);
    // Rounding may leave less than nothing where a gradient hardly changes.
    return square.sub(mean.square()).maximum(0).sqrt().add(eps);
  };

  return {
    name: "rmsprop",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      for (const [key, w, slope] of pairs("rmsprop", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const scaled = gradient.div(divisor(key, gradient));
        const name = `momentum.${key}`;
        const step = momentum > 0 ? state.set(name, state.get(name).mul(momentum).add(scaled)) : scaled;
        w.assign(w.sub(step.mul(learningRate)));
      }
    },
  };
}
