// Tells the events of a run to TensorBoard: a file of scalars and histograms in the run folder, a new one each time the run is gone on
// with. Knows nothing of how training is done.
import { readdirSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { beginTensorBoardFile, type EventHistogram, encodeTensorBoardEvent } from "../formats/tensorboard.ts";
import type { Histogram, RunEvent, Score } from "./events.ts";

// TensorBoard looks for this in a name, and reads the files of a folder in the order of their names.
const PREFIX = "events.out.tfevents.";

/** The scalars of an event by tag; none where it has no numbers to draw. Tags of one prefix are drawn side by side. */
function scalarsOf(event: RunEvent): Record<string, number> {
  const both = (name: string, { loss, accuracy }: Score) => ({
    [`loss/${name}`]: loss,
    [`accuracy/${name}`]: accuracy,
  });
  if (event.type === "step") {
    const { learningRate, imagesPerSecond } = event;
    return { ...both("step", event), learning_rate: learningRate, images_per_second: imagesPerSecond };
  }
  if (event.type !== "epoch") return {};
  return { ...both("train", event.train), ...(event.validation && both("validation", event.validation)) };
}

/** The histograms of an event by tag, as TensorBoard has them: bins by their upper ends. */
function histogramsOf(event: RunEvent): Record<string, EventHistogram> {
  if (event.type !== "histograms") return {};
  const convert = ({ count, min, max, mean, deviation, counts }: Histogram): EventHistogram => ({
    ...{ min, max, count, sum: mean * count, sumOfSquares: (deviation ** 2 + mean ** 2) * count },
    limits: counts.map((_, i) => min + ((i + 1) * (max - min)) / counts.length),
    counts,
  });
  const named = (kind: "weights" | "gradients") =>
    Object.entries(event[kind]).map(([name, histogram]) => [`${kind}/${name}`, convert(histogram)]);
  return Object.fromEntries([...named("weights"), ...named("gradients")]);
}

/** Names of the event files in a run folder. */
export const tensorBoardFiles = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith(PREFIX));

/** The log of one process that trains the run in `folder`; nothing is written before the first event. */
export class TensorBoardLog {
  readonly #folder: string;
  #path: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append(event: RunEvent): Promise<void> {
    const wallTime = Date.now() / 1000;
    if (this.#path === undefined) {
      this.#path = join(this.#folder, `${PREFIX}${Math.floor(wallTime)}.nabla`);
      // What an earlier process told of later steps is done again.
      await appendFile(this.#path, beginTensorBoardFile(wallTime, event.step === 0 ? 0 : event.step + 1));
    }
    const [scalars, histograms] = [scalarsOf(event), histogramsOf(event)];
    if (Object.keys({ ...scalars, ...histograms }).length === 0) return;
    await appendFile(this.#path, encodeTensorBoardEvent({ wallTime, step: event.step, scalars, histograms }));
  }
}
