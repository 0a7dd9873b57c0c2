// Stochastic gradient descent with momentum, by PyTorch's formulas.
import { ConfigError } from "../base/errors.ts";
import { full } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0, SHARE } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of sgd. */
export interface SgdOptions {
  /** Learning rate; 0.01 unless given. */
  readonly lr?: number | Schedule;
  /** Share of the last step kept, 0 ≤ μ < 1; 0 unless given. */
  readonly momentum?: number;
  /** Share of a new gradient that momentum leaves out; 0 unless given. */
  readonly dampening?: number;
  /** Whether to look ahead along the momentum (Nesterov 1983). */
  readonly nesterov?: boolean;
  /** λ of the penalty λ/2·‖w‖² added to the loss. */
  readonly weightDecay?: number;
}

const USUAL = { lr: 0.01, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 };
const RANGES = { momentum: SHARE, dampening: FROM_0, weightDecay: FROM_0 };

/**
 * g ← g + λw; v ← μv + (1 − d)g (v = g at the first step); w ← w − η·v, or w − η(g + μv) with Nesterov's momentum.
 * ConfigError for options unknown or out of range.
 */
export const sgd = (options: SgdOptions & Groups<SgdOptions> = {}): Optimizer =>
  withGroups<SgdOptions>("sgd", options, make);

function make(options: SgdOptions): Optimizer {
  const { lr, momentum, dampening, nesterov, weightDecay } = completeOptions("sgd", options, USUAL, RANGES);
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new ConfigError(
      `sgd: nesterov needs momentum above 0 and dampening 0, they are ${momentum} and ${dampening}. Give momentum: 0.9.`,
      { momentum, dampening },
    );
  }
  const isDamped = momentum > 0 && dampening > 0;
  const state = new OptimizerState("sgd", momentum > 0 ? ["momentum"] : [], isDamped ? ["started"] : []);

  /** The direction of one parameter's step; advances its momentum. `share` is what enters of a gradient. */
  const direction = (name: string, gradient: Tensor, share: Tensor | undefined): Tensor => {
    if (momentum === 0) return gradient;
    const velocity = state.get(`momentum.${name}`);
    const next = velocity.mul(momentum).add(share === undefined ? gradient : gradient.mul(share));
    velocity.assign(next);
    return nesterov ? gradient.add(next.mul(momentum)) : next;
  };

  return {
    name: "sgd",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      // The first step is not damped: 1 − d·0.
      const share = isDamped ? state.get("started").mul(-dampening).add(1) : undefined;
      for (const [name, w, slope] of pairs("sgd", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        w.assign(w.sub(direction(name, gradient, share).mul(learningRate)));
      }
      if (isDamped) state.get("started").assign(full([], 1));
    },
  };
}
