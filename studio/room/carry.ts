// A state of training taken over to other settings: what of it stays and what begins anew. Runs in the worker and in Node
// alike; knows nothing of branches.
import type { optim } from "nabla";
import { countOf, type ImageSet } from "nabla/data";
import { loadState, parametersOf, type StateDict, stateDict } from "nabla/nn";
import { createModel, type TrainingState } from "nabla/train";
import { netOf, optimizerOf } from "./build.ts";
import type { RoomSettings } from "./settings.ts";

/** Images of a step and steps of an epoch, as fit() takes them. */
export function rhythmOf({ batchSize }: Pick<RoomSettings, "batchSize">, train: ImageSet) {
  const batch = Math.min(batchSize, countOf(train));
  return { batchSize: batch, stepsPerEpoch: Math.floor(countOf(train) / batch) };
}

/** The words of a generator that has drawn `steps` times. */
const wordsOf = (seed: number, steps: number): number[] => [seed | 0, Math.floor(seed / 2 ** 32) | 0, steps];

async function dataOf(state: optim.Optimizer["state"]): Promise<StateDict> {
  const entries = Object.entries(state).map(async ([name, value]) => [
    name,
    { shape: value.shape, data: await value.data() },
  ]);
  return Object.fromEntries(await Promise.all(entries)) as StateDict;
}

/** Parameters, those given or the first ones of the seed, and the optimiser's state before its first step. */
async function beginning(
  settings: RoomSettings,
  train: ImageSet,
  given?: StateDict,
): Promise<Pick<TrainingState, "parameters" | "optimizerState">> {
  const { net } = createModel(netOf(settings.layers, train.classes.length), train, { seed: settings.seed });
  if (given !== undefined) await loadState(net, given);
  const optimizer = optimizerOf(settings);
  optimizer.init(parametersOf(net, { trainable: true }));
  return { parameters: given ?? (await stateDict(net)), optimizerState: await dataOf(optimizer.state) };
}

/** The state before the first step. */
export async function firstState(settings: RoomSettings, train: ImageSet): Promise<TrainingState> {
  const { seed, epochs } = settings;
  return {
    ...{ seed, epochs, ...rhythmOf(settings, train), optimizer: optimizerOf(settings).name },
    ...{ epoch: 0, position: 0, sums: { loss: 0, hits: 0 }, generator: wordsOf(seed, 0) },
    ...(await beginning(settings, train)),
  };
}

/**
 * The state as one with these settings goes on from it. Parameters stay. The optimiser's state stays where the optimiser
 * is the same, and what it lacks begins at zero. The epoch goes on after as many images; with another seed its order and
 * all that is drawn are others.
 */
export async function carryOver(
  state: TrainingState,
  settings: RoomSettings,
  train: ImageSet,
): Promise<TrainingState> {
  const { seed, epochs } = settings;
  const rhythm = rhythmOf(settings, train);
  const optimizer = optimizerOf(settings).name;
  const fresh = (await beginning(settings, train, state.parameters)).optimizerState;
  const kept = optimizer === state.optimizer ? state.optimizerState : {};
  const optimizerState = Object.fromEntries(
    Object.entries(fresh).map(([name, zeros]) => [name, kept[name] ?? zeros]),
  );
  const done = state.position * state.batchSize;
  // At least one step of the epoch is left, so that its end is seen.
  const position = Math.min(Math.floor(done / rhythm.batchSize), rhythm.stepsPerEpoch - 1);
  // Losses are summed by steps, hits by images.
  const [steps, images] = [position / state.position || 0, (position * rhythm.batchSize) / done || 0];
  return {
    ...{ ...state, ...rhythm, seed, epochs, optimizer, position, optimizerState },
    sums: { loss: state.sums.loss * steps, hits: state.sums.hits * images },
    generator: seed === state.seed ? state.generator : wordsOf(seed, 0),
  };
}
