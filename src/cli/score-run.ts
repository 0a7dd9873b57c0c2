// One training run from its configuration to its score: trains, saves, evaluates, and tells it all to a view.
// Knows nothing of how things look, nor of the files a run folder holds.
import { join } from "node:path";
import { DivergenceError } from "../base/errors.ts";
import { atomicWrite } from "../data/index.node.ts";
import type { DataSet, ImageSource } from "../data/index.ts";
import { describe } from "../nn/describe.ts";
import { divergenceEvent } from "../train/divergence.ts";
import { createRunFolder, EVALUATION_FILE, type RunFolder, showPresence } from "../train/index.node.ts";
import {
  type EpochEvent,
  type Evaluation,
  evaluate,
  type FitResult,
  type FitRun,
  fit,
  type RunEvent,
  type TrainingState,
  watchParameters,
} from "../train/index.ts";
import type { TrainConfig } from "./config.ts";
import { QuietExit } from "./failure.ts";
import { fitOptions } from "./fit-options.ts";
import { type Interrupt, STOPPED_CODE } from "./interrupt.ts";
import { showWorst } from "./render/evaluation.ts";
import { writeReport } from "./report/write-report.ts";
import { newRunFolder } from "./run-name.ts";
import type { RunView } from "./run-view.ts";

/** A run to go on with. */
export interface Resumed {
  readonly run: RunFolder;
  readonly state: TrainingState;
}

/** What a run is made of. */
export interface RunParts {
  readonly config: TrainConfig;
  readonly data: DataSet<ImageSource>;
  readonly resumed: Resumed | undefined;
  readonly view: RunView;
  readonly interrupt: Interrupt;
  /** Epochs in all after which the run is saved and left, to be gone on with. */
  readonly pauseAfter?: number | undefined;
  /** Whether the run is for its score alone: without checkpoints to go on from. */
  readonly isInPassing?: boolean | undefined;
  /** Whether the spread of weights and gradients is noted after each epoch. */
  readonly histograms?: boolean | undefined;
}

/**
 * Trains, saves and scores; gives the score on the test images. A run that saved nothing leaves no folder, but for one that
 * diverged, whose folder tells where.
 */
export async function runAndScore(parts: RunParts): Promise<Evaluation> {
  const { config, data, resumed, interrupt } = parts;
  let folder: RunFolder | undefined = resumed?.run;
  const run: FitRun<ImageSource> = fit(config.model, data, {
    ...fitOptions(config),
    pauseAfter: parts.pauseAfter,
    signal: interrupt.signal,
    resume: resumed?.state,
    onCheckpoint: parts.isInPassing ? undefined : async (state) => folder?.saveCheckpoint(run.model, state),
  });
  if (folder !== undefined) return trainIn(folder, run, parts);
  const made = await createRunFolder(
    config.out ?? newRunFolder(config.data, config.model, new Date()),
    config,
    { keep: config.keepCheckpoints },
  );
  folder = made;
  interrupt.beforeExit(() => made.removeUnlessSaved());
  try {
    return await trainIn(made, run, parts);
  } catch (error) {
    if (!(error instanceof DivergenceError)) made.removeUnlessSaved();
    throw error;
  }
}

/** The run in its folder, to the score of the model it ends with; throws QuietExit where it is to be gone on with. */
async function trainIn(folder: RunFolder, run: FitRun<ImageSource>, parts: RunParts): Promise<Evaluation> {
  const { config, data, view, interrupt } = parts;
  const { model, train, validation } = run;
  const layers = describe(model.net, model.shape);
  view.begin({ config, folder: folder.path, layers, train, validation, test: data.test });
  const { reason } = await followInPublic(run, folder, parts);
  if (reason === "interrupted" || reason === "paused") {
    view.close(folder.path, reason);
    throw new QuietExit(reason === "paused" ? 0 : (interrupt.exitCode() ?? STOPPED_CODE));
  }
  await folder.saveModel(model);
  const evaluation = await evaluate(model, data.test);
  await atomicWrite(join(folder.path, EVALUATION_FILE), `${JSON.stringify(evaluation)}\n`);
  view.score("test", evaluation, await showWorst(data.test, evaluation));
  await writeReport({ folder: folder.path, config, layers, evaluation, test: data.test });
  view.close(folder.path, "done");
  return evaluation;
}

/** Follows the run while others can see that it trains, and ask it to stop. */
async function followInPublic(
  run: FitRun<ImageSource>,
  folder: RunFolder,
  { view, interrupt, histograms = false }: RunParts,
): Promise<FitResult> {
  const presence = await showPresence(folder.path, () => {
    view.remark("asked to stop: finishing this step and saving");
    interrupt.stop();
  });
  try {
    const watch = histograms ? await watchParameters(run.model, run.train) : undefined;
    return await follow(run, folder, view, watch);
  } finally {
    presence.release();
  }
}

/** Tells and writes down every event, and where training diverges; gives what the run ended with. */
async function follow(
  run: FitRun<ImageSource>,
  folder: RunFolder,
  view: RunView,
  watch?: (event: EpochEvent) => Promise<RunEvent>,
): Promise<FitResult> {
  let reached = 0;
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) return next.value;
      reached = next.value.step;
      view.show(next.value);
      await folder.append(next.value);
      if (next.value.type === "epoch" && watch !== undefined) await folder.append(await watch(next.value));
    }
  } catch (error) {
    // Where that cannot be written, the error itself is still what is told.
    if (error instanceof DivergenceError)
      await folder.append(divergenceEvent(error, reached)).catch(() => {});
    throw error;
  }
}
