// What an optimiser is, and the state all of them keep: tensors by name, made for the parameters they update.
import { ConfigError } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Schedule } from "./schedule.ts";

/** Tensors by name: a net's parameters, or their gradients. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A rule that turns gradients into new values of parameters. */
export interface Optimizer {
  readonly name: string;
  /** A number, or the rate as a function of the step. */
  readonly learningRate: number | Schedule;
  /** The tensors kept between steps by name, `momentum.0.weight`: made by `init`, saved with a checkpoint. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Makes the state for these parameters, as it is before the first step. */
  init(parameters: NamedTensors): void;
  /** Within a compiled step: assigns new values to the parameters and the state. `learningRate` is a scalar tensor. */
  update(parameters: NamedTensors, gradients: NamedTensors, learningRate: Tensor): void;
  /** The averaged parameters by name, where the optimiser keeps them: a net is evaluated with these. */
  averages?(): NamedTensors;
}

/** The optimiser's learning rate at `step` = 0 … totalSteps − 1. */
export const learningRateAt = ({ learningRate }: Optimizer, step: number, totalSteps: number): number =>
  typeof learningRate === "number" ? learningRate : learningRate(step, totalSteps);

/** Zeros that a compiled step can assign to. */
const makeZeros = (shape: Shape): Tensor => tensor(new Float32Array(sizeOf(shape)), { shape });

/** The state of an optimiser: one tensor of a parameter's shape for each role, and scalars; all begin at 0. */
export class OptimizerState {
  readonly tensors: Record<string, Tensor> = {};
  readonly #optimizer: string;
  readonly #roles: readonly string[];
  readonly #scalars: readonly string[];

  constructor(optimizer: string, roles: readonly string[], scalars: readonly string[]) {
    this.#optimizer = optimizer;
    this.#roles = roles;
    this.#scalars = scalars;
  }

  init(parameters: NamedTensors): void {
    for (const name of Object.keys(this.tensors)) delete this.tensors[name];
    for (const scalar of this.#scalars) this.tensors[scalar] = makeZeros([]);
    for (const role of this.#roles) {
      for (const [name, { shape }] of Object.entries(parameters)) {
        this.tensors[`${role}.${name}`] = makeZeros(shape);
      }
    }
  }

  /** Within a step: makes the state of this name hold `value`, which it gives back. */
  set(name: string, value: Tensor): Tensor {
    this.get(name).assign(value);
    return value;
  }

  /** Within a step: x ← βx + (1 − β)y, the running mean. */
  average(name: string, beta: number, y: Tensor): Tensor {
    return this.set(
      name,
      this.get(name)
        .mul(beta)
        .add(y.mul(1 - beta)),
    );
  }

  /** Within a step: 1 − βᵗ of step t = 1, 2, …; kept instead of βᵗ, whose difference from 1 would lose digits. */
  correction(scalar: string, beta: number): Tensor {
    return this.set(
      scalar,
      this.get(scalar)
        .mul(beta)
        .add(1 - beta),
    );
  }

  /** The tensor of this name; ConfigError before `init`. */
  get(name: string): Tensor {
    const found = this.tensors[name];
    if (found !== undefined) return found;
    throw new ConfigError(
      `${this.#optimizer}: there is no state "${name}". Call init(parameters) with the same parameters before update.`,
      { name },
    );
  }
}

/** g + λw: the gradient with that of the penalty λ/2·‖w‖². */
export const withPenalty = (gradient: Tensor, w: Tensor, weightDecay: number): Tensor =>
  weightDecay === 0 ? gradient : gradient.add(w.mul(weightDecay));

/** Pairs of parameter and gradient by name; ConfigError where a gradient is missing. */
export function pairs(
  optimizer: string,
  parameters: NamedTensors,
  gradients: NamedTensors,
): [name: string, parameter: Tensor, gradient: Tensor][] {
  return Object.entries(parameters).map(([name, parameter]) => {
    const gradient = gradients[name];
    if (gradient === undefined) {
      throw new ConfigError(
        `${optimizer}: parameter "${name}" has no gradient. Give gradients(loss, parameters), one for each.`,
        { name },
      );
    }
    return [name, parameter, gradient];
  });
}
