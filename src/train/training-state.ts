// All that training needs to go on as if it had never stopped, as plain data; taken from the device and put back.
// Knows nothing of files.
import { CheckpointError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import type { Layer } from "../nn/layer.ts";
import { loadState, type StateDict, stateDict } from "../nn/state.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { PlateauState } from "../optim/plateau.ts";
import type { Generator } from "../tensor/random.ts";
import type { Score } from "./events.ts";

/** The best epoch so far by validation loss, and the parameters it had. */
export interface BestEpoch extends Score {
  /** Epochs done then, from 1. */
  readonly epoch: number;
  readonly parameters: StateDict;
}

/** Where training stands: numbers that fit into JSON. */
export interface Progress {
  readonly seed: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** The number of epochs asked for, on which learning rates depend. */
  readonly epochs: number;
  /** The optimiser's name. */
  readonly optimizer: string;
  /** Epochs done. */
  readonly epoch: number;
  /** Steps done in the epoch under way. */
  readonly position: number;
  /** Sums over those steps. */
  readonly sums: { readonly loss: number; readonly hits: number };
  /** Where the plateau watch stands, if there is one. */
  readonly plateau?: PlateauState;
}

/** A training run as plain data: going on from it gives the bits that going on without stopping gives. */
export interface TrainingState extends Progress {
  readonly parameters: StateDict;
  readonly optimizerState: StateDict;
  /** The words of the generator: seed, seed, steps. */
  readonly generator: readonly number[];
  /** Kept only where the validation criterion is in use. */
  readonly best?: BestEpoch;
}

/** The parts of training that a state is taken from and put back into. */
export interface StatefulParts {
  readonly net: Layer;
  readonly optimizer: Optimizer;
  readonly generator: Generator;
}

/** Reads the state from the device. */
export async function captureState(
  { net, optimizer, generator }: StatefulParts,
  progress: Progress,
  best: BestEpoch | undefined,
): Promise<TrainingState> {
  const entries = Object.entries(optimizer.state).map(async ([name, value]) => [
    name,
    { shape: value.shape, data: await value.data() },
  ]);
  return {
    ...progress,
    parameters: await stateDict(net),
    optimizerState: Object.fromEntries(await Promise.all(entries)) as StateDict,
    generator: [...(await generator.state.data())],
    ...(best && { best }),
  };
}

/** What must be the same for a run to be gone on with. */
const FIXED = ["seed", "batchSize", "stepsPerEpoch", "optimizer"] as const;

/** Throws `CheckpointError` where a run with these numbers cannot be gone on with from `state`. */
export function checkResumes(state: TrainingState, wanted: Pick<Progress, (typeof FIXED)[number]>): void {
  const odd = FIXED.find((key) => state[key] !== wanted[key]);
  if (odd === undefined) return;
  throw new CheckpointError(
    `fit: the state to resume has ${odd} ${state[odd]}, this run has ${wanted[odd]}. ` +
      `Resume with the options and the data of the run it comes from.`,
    { key: odd, saved: state[odd], wanted: wanted[odd] },
  );
}

/** Writes the state to the device; throws `CheckpointError` where it does not fit the net or the optimiser. */
export async function restoreState(
  { net, optimizer, generator }: StatefulParts,
  state: TrainingState,
): Promise<void> {
  const { optimizerState } = state;
  for (const [name, value] of Object.entries(optimizer.state)) {
    const saved = optimizerState[name];
    if (saved !== undefined && sameShape(saved.shape, value.shape)) continue;
    const found = saved === undefined ? "nothing" : formatShape(saved.shape);
    throw new CheckpointError(
      `fit: the state to resume has ${found} for the optimiser's "${name}" ${formatShape(value.shape)}. ` +
        `Resume with the net and the optimiser of the run it comes from.`,
      { name, shape: value.shape },
    );
  }
  await loadState(net, state.parameters);
  for (const [name, value] of Object.entries(optimizer.state)) await value.write(optimizerState[name]!.data);
  await generator.state.write(state.generator);
}
