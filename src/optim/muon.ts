// Muon: momentum made orthogonal by a Newton–Schulz iteration, for weight matrices; AdamW for all else.
import type { Tensor } from "../tensor/tensor.ts";
import { type AdamOptions, adamW } from "./adam.ts";
import { partition } from "./groups.ts";
import { type Optimizer, OptimizerState, pairs } from "./optimizer.ts";
import { checkRange, checkWhole, completeOptions, FROM_0, SHARE } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Options of muon. */
export interface MuonOptions {
  /** Learning rate of the matrices; 0.02 unless given. */
  readonly lr?: number | Schedule;
  /** Share of the running mean of gradients kept; 0.95 unless given. */
  readonly momentum?: number;
  /** Whether to look ahead along the momentum; true unless given. */
  readonly nesterov?: boolean;
  /** λ of the decay w ← w − ηλw of the matrices; 0.1 unless given. */
  readonly weightDecay?: number;
  /** Newton–Schulz iterations; 5 unless given. */
  readonly iterations?: number;
  /** AdamW's options for what is no matrix; `lrScale` is its learning rate's factor on `lr`, 0.05 unless given. */
  readonly rest?: Omit<AdamOptions, "lr"> & { readonly lrScale?: number };
}

const USUAL: Required<MuonOptions> = {
  ...{ lr: 0.02, momentum: 0.95, nesterov: true },
  ...{ weightDecay: 0.1, iterations: 5, rest: {} },
};
// Jordan's quintic: steepest at 0, so that small singular values grow fast; all end within about 0.7 … 1.2.
const [A, B, C] = [3.4445, -4.775, 2.0315];
const LEAST_NORM = 1e-7;

/** About UVᵀ of a matrix G = USVᵀ: X = G/‖G‖, then X ← aX + (bXXᵀ + c(XXᵀ)²)X, `iterations` times. */
function orthogonalize(matrix: Tensor, iterations: number): Tensor {
  const isTall = matrix.shape[0]! > matrix.shape[1]!;
  let x = isTall ? matrix.transpose() : matrix;
  x = x.div(x.square().sum().sqrt().maximum(LEAST_NORM));
  for (let i = 0; i < iterations; i++) {
    const gram = x.matmul(x.transpose());
    const polynomial = gram.mul(B).add(gram.matmul(gram).mul(C));
    x = x.mul(A).add(polynomial.matmul(x));
  }
  return isTall ? x.transpose() : x;
}

/**
 * Muon (Jordan et al. 2024) for tensors of rank 2 [m, n], by PyTorch's formula but in full precision: b ← μb + (1 − μ)g,
 * O = orthogonal part of (1 − μ)g + μb, w ← w − ηλw − η·√max(1, m/n)·O; adamW for all other parameters. ConfigError for
 * options unknown or out of range.
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const ranges = { momentum: SHARE, weightDecay: FROM_0 };
  const complete = completeOptions("muon", options, USUAL, ranges);
  checkWhole("muon", "iterations", complete.iterations, 1);
  const { lrScale = 0.05, ...rest } = complete.rest;
  checkRange("muon", "rest.lrScale", lrScale, FROM_0);
  const isMatrix = (_name: string, { rank }: Tensor) => rank === 2;
  return partition("muon", complete.lr, [
    { match: isMatrix, optimizer: ofMatrices(complete), lrScale: 1, prefix: "" },
    { match: () => true, optimizer: adamW(rest), lrScale, prefix: "rest." },
  ]);
}

function ofMatrices({ lr, momentum, nesterov, weightDecay, iterations }: Required<MuonOptions>): Optimizer {
  const state = new OptimizerState("muon", ["momentum"], []);
  return {
    name: "muon",
    learningRate: lr,
    state: state.tensors,
    init: (parameters) => state.init(parameters),
    update(parameters, gradients, learningRate) {
      const keep = learningRate.mul(-weightDecay).add(1);
      for (const [key, w, gradient] of pairs("muon", parameters, gradients)) {
        const velocity = state.average(`momentum.${key}`, momentum, gradient);
        const ahead = nesterov ? gradient.mul(1 - momentum).add(velocity.mul(momentum)) : velocity;
        const [rows, columns] = w.shape as readonly [number, number];
        const step = learningRate.mul(Math.sqrt(Math.max(1, rows / columns)));
        w.assign(w.mul(keep).sub(orthogonalize(ahead, iterations).mul(step)));
      }
    },
  };
}
