// The options of minimize(), checked before anything is computed. Knows nothing of how a step is taken.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import type { Tree } from "../base/tree.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** When a descent has arrived. Criteria may be combined; the first that holds ends it. */
export interface Until<W extends Tree<Tensor> = Tree<Tensor>> {
  /** ‖w^t − w^(t−1)‖ < ε: the steps have become short. */
  readonly stepNorm?: number | undefined;
  /** ‖∇Q(w^t)‖ < ε: the ground has become flat. */
  readonly gradientNorm?: number | undefined;
  /** The error on data that is not learned from has not improved for `patience` steps; w is the best one seen. */
  readonly validation?: Validation<W> | undefined;
  /** The most steps taken, 1000 if left out. */
  readonly maxSteps?: number | undefined;
}

/** How well w does on data that it is not fitted to, and how many steps without an improvement are borne. */
export interface Validation<W extends Tree<Tensor> = Tree<Tensor>> {
  readonly error: (w: W) => Tensor | number | Promise<number>;
  readonly patience: number;
}

/** Options of `minimize`. */
export interface MinimizeOptions<W extends Tree<Tensor> = Tree<Tensor>> {
  /** How a step is taken; "gradient" if left out. */
  readonly method?: "gradient" | undefined;
  /** Step size η > 0. */
  readonly eta: number;
  readonly until?: Until<W> | undefined;
  /** Keeps every `every`-th point of the path, beside the first and the last; 1 if left out. */
  readonly every?: number | undefined;
}

/** Options of `minimize` for a Q that is a sum over batches. */
export interface BatchOptions<B, W extends Tree<Tensor> = Tree<Tensor>> extends MinimizeOptions<W> {
  /** What Q is given beside w, a batch a step, in turn: one for all data, one an example, or anything between. */
  readonly batches: readonly B[];
  /** Visits the batches of each pass in a random order that depends on this; in the order given if left out. */
  readonly seed?: number | undefined;
}

/** Options of `minimize` by L-BFGS, for a Q of all data at once. */
export interface LbfgsOptions<W extends Tree<Tensor> = Tree<Tensor>>
  extends Omit<MinimizeOptions<W>, "method" | "eta"> {
  readonly method: "lbfgs";
  /** Steps whose curvature is remembered; 10 if left out. */
  readonly memory?: number | undefined;
}

/** Options with nothing left out. */
export interface Checked<W extends Tree<Tensor>> {
  readonly method: "gradient" | "lbfgs";
  readonly memory: number;
  readonly eta: number;
  readonly stepNorm: number;
  readonly gradientNorm: number;
  readonly validation: Validation<W> | undefined;
  readonly maxSteps: number;
  readonly every: number;
  readonly batches: readonly unknown[] | undefined;
  readonly seed: number | undefined;
}

const OPTIONS = ["method", "memory", "eta", "until", "every", "batches", "seed"];
const CRITERIA = ["stepNorm", "gradientNorm", "validation", "maxSteps"];

function checkAbove0(name: string, value: number, cure: string): void {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return;
  throw new ConfigError(`minimize: ${name} must be a finite number above 0, it is ${value}. ${cure}`, {
    [name]: value,
  });
}

function checkWhole(name: string, value: number, cure: string): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ConfigError(`minimize: ${name} must be a whole number from 1, it is ${value}. ${cure}`, {
    [name]: value,
  });
}

type AllOptions<W extends Tree<Tensor>> = Partial<
  Pick<BatchOptions<unknown, W>, "eta" | "batches" | "seed"> & Pick<LbfgsOptions<W>, "memory">
>;

function checkMethod({
  method,
  memory,
  eta,
  batches,
}: { readonly method?: string } & AllOptions<never>): void {
  if (method !== "lbfgs") {
    if (method !== undefined && method !== "gradient") {
      throw new ConfigError(`minimize: method "${method}" is unknown. Use "gradient" or "lbfgs".`, {
        method,
      });
    }
    checkAbove0("eta", eta as number, "Give a step size such as 0.1.");
    return;
  }
  const odd = Object.entries({ eta, batches }).find(([, value]) => value !== undefined);
  if (odd !== undefined) {
    throw new ConfigError(
      `minimize: method "lbfgs" takes no ${odd[0]}: it finds its steps by itself, on all data. Leave it out.`,
      { option: odd[0] },
    );
  }
  checkWhole("memory", memory ?? 1, "Give the steps to remember, such as 10.");
}

/** The options, checked and filled in; throws `ConfigError` naming the option and its value. */
export function checkOptions<W extends Tree<Tensor>>(
  options: (MinimizeOptions<W> | LbfgsOptions<W>) & AllOptions<W>,
): Checked<W> {
  checkOptionNames("minimize", options, OPTIONS);
  const { method = "gradient", memory = 10, eta = 0, until = {}, every = 1, batches, seed } = options;
  checkMethod(options as Parameters<typeof checkMethod>[0]);
  checkOptionNames("minimize.until", until, CRITERIA);
  const { stepNorm, gradientNorm, validation, maxSteps = 1000 } = until;
  if (stepNorm !== undefined) checkAbove0("stepNorm", stepNorm, "Give a small ε such as 1e-6.");
  if (gradientNorm !== undefined) checkAbove0("gradientNorm", gradientNorm, "Give a small ε such as 1e-6.");
  if (validation !== undefined) {
    checkWhole("patience", validation.patience, "Give the steps to wait for an improvement.");
  }
  checkWhole("maxSteps", maxSteps, "Give the most steps to take.");
  checkWhole("every", every, "Give 1 to keep the whole path.");
  if (batches?.length === 0) throw new ConfigError("minimize: batches is empty. Give at least one batch.");
  // No norm is below 0, so a criterion that was left out never holds.
  return {
    method,
    memory,
    eta,
    stepNorm: stepNorm ?? 0,
    gradientNorm: gradientNorm ?? 0,
    validation,
    maxSteps,
    every,
    batches,
    seed,
  };
}
