// Adagrad and Adadelta, by PyTorch's formulas.
import { type Groups, withGroups } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs, withPenalty } from "./optimizer.ts";
import { completeOptions, FROM_0, SHARE } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of adagrad. */
export interface AdagradOptions {
  /** Learning rate; 0.01 unless given. */
  readonly lr?: number | Schedule;
  /** Of the learning rate, η/(1 + (t − 1)·lrDecay); 0 unless given. */
  readonly lrDecay?: number;
  /** ε added to the root in the divisor; 1e-10 unless given. */
  readonly eps?: number;
  /** λ of the penalty λ/2·‖w‖² added to the loss; 0 unless given. */
  readonly weightDecay?: number;
}

/** Options of adadelta. */
export interface AdadeltaOptions {
  /** Factor on the step; 1 unless given. */
  readonly lr?: number | Schedule;
  /** ρ, the share of the running means kept; 0.9 unless given. */
  readonly rho?: number;
  /** ε added under both roots; 1e-6 unless given. */
  readonly eps?: number;
  /** λ of the penalty λ/2·‖w‖² added to the loss; 0 unless given. */
  readonly weightDecay?: number;
}

const USUAL_ADAGRAD: Required<AdagradOptions> = { lr: 0.01, lrDecay: 0, eps: 1e-10, weightDecay: 0 };
const USUAL_ADADELTA: Required<AdadeltaOptions> = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 };

/**
 * Adagrad (Duchi, Hazan & Singer 2011): s ← s + g², w ← w − η/(1 + (t − 1)·lrDecay) · g / (√s + ε); g takes λw first.
 * ConfigError for options unknown or out of range.
 */
export const adagrad = (options: AdagradOptions & Groups<AdagradOptions> = {}): Optimizer =>
  withGroups<AdagradOptions>("adagrad", options, makeAdagrad);

function makeAdagrad(options: AdagradOptions): Optimizer {
  const ranges = { lrDecay: FROM_0, eps: FROM_0, weightDecay: FROM_0 };
  const { lr, lrDecay, eps, weightDecay } = completeOptions("adagrad", options, USUAL_ADAGRAD, ranges);
  const state = new OptimizerState("adagrad", ["sum"], lrDecay > 0 ? ["steps"] : []);
  return {
    name: "adagrad",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const steps = lrDecay > 0 ? state.get("steps") : undefined;
      const stepSize = steps === undefined ? learningRate : learningRate.div(steps.mul(lrDecay).add(1));
      if (steps !== undefined) state.set("steps", steps.add(1));
      for (const [key, w, slope] of pairs("adagrad", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const sum = state.set(`sum.${key}`, state.get(`sum.${key}`).add(gradient.square()));
        w.assign(w.sub(gradient.mul(stepSize).div(sum.sqrt().add(eps))));
      }
    },
  };
}

/**
 * Adadelta (Zeiler 2012): v ← ρv + (1 − ρ)g², d = g·√(u + ε)/√(v + ε), u ← ρu + (1 − ρ)d², w ← w − η·d; g takes λw
 * first. ConfigError for options unknown or out of range.
 */
export const adadelta = (options: AdadeltaOptions & Groups<AdadeltaOptions> = {}): Optimizer =>
  withGroups<AdadeltaOptions>("adadelta", options, makeAdadelta);

function makeAdadelta(options: AdadeltaOptions): Optimizer {
  const ranges = { rho: SHARE, eps: FROM_0, weightDecay: FROM_0 };
  const { lr, rho, eps, weightDecay } = completeOptions("adadelta", options, USUAL_ADADELTA, ranges);
  const state = new OptimizerState("adadelta", ["square", "change"], []);
  return {
    name: "adadelta",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      for (const [key, w, slope] of pairs("adadelta", parameters, gradients)) {
        const gradient = withPenalty(slope, w, weightDecay);
        const square = state.average(`square.${key}`, rho, gradient.square());
        const root = state.get(`change.${key}`).add(eps).sqrt();
        const change = root.div(square.add(eps).sqrt()).mul(gradient);
        state.average(`change.${key}`, rho, change.square());
        w.assign(w.sub(change.mul(learningRate)));
      }
    },
  };
}
