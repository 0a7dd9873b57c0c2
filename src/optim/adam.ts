// Adam and AdamW, by PyTorch's formulas.
import { ConfigError } from "../base/errors.ts";
import { type Optimizer, OptimizerState, pairs } from "./optimizer.ts";
import { checkNames, checkRange } from "./options.ts";
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

const NAMES = ["lr", "betas", "eps", "weightDecay"];

function checked(name: string, options: AdamOptions, usualDecay: number): Required<AdamOptions> {
  const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = usualDecay } = options;
  checkNames(name, options, NAMES);
  if (typeof lr !== "function") checkRange(name, "lr", lr, { least: 0 });
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ConfigError(
      `${name}: betas ${JSON.stringify(betas)} must be two numbers, as in [0.9, 0.999].`,
      {
        betas,
      },
    );
  }
  betas.forEach((beta, i) => {
    checkRange(name, `betas[${i}]`, beta, { least: 0, below: 1 });
  });
  checkRange(name, "eps", eps, { least: 0 });
  checkRange(name, "weightDecay", weightDecay, { least: 0 });
  return { lr, betas, eps, weightDecay };
}

function make(name: string, options: Required<AdamOptions>, isDecoupled: boolean): Optimizer {
  const { lr, betas, eps, weightDecay } = options;
  const [beta1, beta2] = betas;
  // The corrections 1 − βᵗ are kept, not the powers: their difference from 1 would lose digits in float32.
  const state = new OptimizerState(name, ["mean", "square"], ["correction1", "correction2"]);
  const advance = (scalar: string, beta: number) => {
    const next = state
      .get(scalar)
      .mul(beta)
      .add(1 - beta);
    state.get(scalar).assign(next);
    return next;
  };
  return {
    name,
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const stepSize = learningRate.div(advance("correction1", beta1));
      const rootScale = advance("correction2", beta2).rsqrt();
      const keep = learningRate.mul(-weightDecay).add(1);
      for (const [key, w, slope] of pairs(name, parameters, gradients)) {
        const gradient = weightDecay === 0 || isDecoupled ? slope : slope.add(w.mul(weightDecay));
        const mean = state.get(`mean.${key}`);
        const square = state.get(`square.${key}`);
        mean.assign(mean.mul(beta1).add(gradient.mul(1 - beta1)));
        square.assign(square.mul(beta2).add(gradient.square().mul(1 - beta2)));
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
export const adam = (options: AdamOptions = {}): Optimizer =>
  make("adam", checked("adam", options, 0), false);

/** Adam with weights decayed apart from the gradient, w ← w − ηλw (Loshchilov & Hutter 2019). */
export const adamW = (options: AdamOptions = {}): Optimizer =>
  make("adamW", checked("adamW", options, 0.01), true);
