// Parameter groups: other hyper-parameters for some of the parameters, such as no decay for biases.
// Knows nothing of any one optimiser.
import { ConfigError } from "../base/errors.ts";
import { checkOptionObject } from "../base/option-names.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { NamedTensors, Optimizer } from "./optimizer.ts";
import { checkRange, FROM_0 } from "./options.ts";
import type { Schedule } from "./schedule.ts";

/** Whether a parameter belongs to a group, by its name (`0.weight`) and its tensor. */
export type Match = (name: string, parameter: Tensor) => boolean;

/** A group of parameters: which they are, and the options that are other for them. */
export type ParameterGroup<O> = {
  readonly match: Match;
  /** Factor on the optimiser's learning rate, 1 unless given. */
  readonly lrScale?: number;
} & Partial<Omit<O, "lr">>;

/** The option that all optimisers have beside their own; a parameter belongs to the first group that matches it. */
export interface Groups<O> {
  readonly groups?: readonly ParameterGroup<O>[];
}

/** The group of biases and of the weights of normalisation (tensors of rank 0 or 1) without weight decay. */
export const withoutDecay = {
  match: (_name: string, { rank }: Tensor): boolean => rank < 2,
  weightDecay: 0,
} as const;

/** An optimiser for some of the parameters. */
export interface Part {
  readonly match: Match;
  readonly optimizer: Optimizer;
  readonly lrScale: number;
  /** Goes before the names of its state, so that those of two parts never meet. */
  readonly prefix: string;
}

/** One optimiser of several, each with the parameters that it matches first; what none matches is not updated. */
export function partition(name: string, learningRate: number | Schedule, parts: readonly Part[]): Optimizer {
  const state: Record<string, Tensor> = {};
  const share = (part: Part, parameters: NamedTensors): NamedTensors =>
    Object.fromEntries(
      Object.entries(parameters).filter(
        ([key, parameter]) => parts.find(({ match }) => match(key, parameter)) === part,
      ),
    );
  return {
    name,
    learningRate,
    state,
    init(parameters) {
      for (const key of Object.keys(state)) delete state[key];
      for (const part of parts) {
        part.optimizer.init(share(part, parameters));
        for (const [key, value] of Object.entries(part.optimizer.state)) state[part.prefix + key] = value;
      }
    },
    update(parameters, gradients, rate) {
      for (const part of parts) {
        const own = part.lrScale === 1 ? rate : rate.mul(part.lrScale);
        part.optimizer.update(share(part, parameters), gradients, own);
      }
    },
  };
}

/** What `make` makes of the options; with groups, one optimiser a group and one for the rest. */
export function withGroups<O extends object>(
  name: string,
  options: O & Groups<O>,
  make: (options: O) => Optimizer,
): Optimizer {
  checkOptionObject(name, options);
  const { groups = [], ...own } = options;
  const rest = make(own as unknown as O);
  if (groups.length === 0) return rest;
  const parts = groups.map(({ match, lrScale = 1, ...overrides }, i): Part => {
    const label = `${name}: groups[${i}]`;
    if (typeof match !== "function") {
      throw new ConfigError(`${label} has no function match. Give match: (name, tensor) => boolean.`, { i });
    }
    if ("lr" in overrides) {
      throw new ConfigError(`${label} has an lr of its own. Give lrScale, a factor on the optimiser's.`, {
        i,
      });
    }
    checkRange(label, "lrScale", lrScale, FROM_0);
    const optimizer = make({ ...own, ...overrides } as unknown as O);
    return { match, lrScale, optimizer, prefix: `group${i + 1}.` };
  });
  const others: Part = { match: () => true, lrScale: 1, optimizer: rest, prefix: "" };
  return partition(name, rest.learningRate, [...parts, others]);
}
