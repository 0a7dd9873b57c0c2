// A run's events as TensorBoard gets them: tags, steps, and a run that was gone on with.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { decodeTensorBoard } from "../formats/tensorboard.ts";
import type { EpochEvent, StartEvent, StepEvent } from "./events.ts";
import { TensorBoardLog, tensorBoardFiles } from "./tensorboard-log.node.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (step: number): StartEvent => ({
  ...{ type: "start", epochs: 2, stepsPerEpoch: 4, batchSize: 8, trainImages: 32, validationImages: 8 },
  ...{ parameters: 10, device: "cpu", step },
});
const step: StepEvent = {
  ...{
    type: "step",
    epoch: 1,
    step: 4,
    loss: 0.5,
    accuracy: 0.75,
    learningRate: 0.25,
    imagesPerSecond: 1000,
  },
};
const epoch: EpochEvent = {
  ...{ type: "epoch", epoch: 1, step: 4, seconds: 1 },
  ...{ train: { loss: 0.5, accuracy: 0.75 }, validation: { loss: 1, accuracy: 0.5 } },
};

it("holds the scalars of steps and epochs, and says from where a run was gone on with", async () => {
  const log = new TensorBoardLog(folder);
  for (const event of [start(0), step, epoch]) await log.append(event);
  const [file, ...others] = tensorBoardFiles(folder);
  expect([file, others]).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.nabla$/), []]);
  const bytes = readFileSync(join(folder, file!));
  const events = decodeTensorBoard(bytes);
  expect(events).toMatchObject([
    { version: "brain.Event:2" },
    { step: 0, isStart: true },
    {
      step: 4,
      scalars: { "loss/step": 0.5, "accuracy/step": 0.75, learning_rate: 0.25, images_per_second: 1000 },
    },
    {
      step: 4,
      scalars: {
        "loss/train": 0.5,
        "accuracy/train": 0.75,
        "loss/validation": 1,
        "accuracy/validation": 0.5,
      },
    },
  ]);
  expect(events).toHaveLength(4);

  rmSync(join(folder, file!));
  const resumed = new TensorBoardLog(folder);
  await resumed.append(start(4));
  const [again] = tensorBoardFiles(folder);
  // What is of step 4 holds still; what came after it does not.
  expect(decodeTensorBoard(readFileSync(join(folder, again!))).at(-1)).toMatchObject({
    step: 5,
    isStart: true,
  });
});
