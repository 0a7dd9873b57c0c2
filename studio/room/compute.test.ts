// The room's session against fit() itself: the same bits, whatever is paused, gone back to or branched.
import { generateDigits } from "nabla/data";
import * as training from "nabla/train";
import { encodeTrainingState, type FitOptions, type TrainingState } from "nabla/train";
import { expect, test } from "vitest";
import { noPoints, type Progress } from "./branch.ts";
import { fitOptions, netOf } from "./build.ts";
import { describeNet } from "./compute.ts";
import { TrainingSession } from "./session.ts";
import { PRESETS, type RoomSettings, USUAL } from "./settings.ts";
import { bytesOf, Snapshots, stepOf } from "./snapshots.ts";

const settings: RoomSettings = {
  ...USUAL,
  images: 160,
  layers: PRESETS.dense,
  batchSize: 16,
  epochs: 3,
  augment: ["crop"],
};
const { train, test: validation } = generateDigits({ train: 160, test: 32 });
const data = { train, validation };

/** The losses of fit() itself, and the state it ends with. */
async function reference(chosen: RoomSettings, more: FitOptions = {}) {
  const run = training.fit(netOf(chosen.layers, 10), data, { ...fitOptions(chosen), ...more });
  const losses: number[] = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { losses, state: value.state };
    if (value.type === "step") losses.push(value.loss);
  }
}

const bytes = (state: TrainingState): string =>
  Buffer.from(
    encodeTrainingState(
      { shape: train.shape, classes: [], normalization: { mean: [], deviation: [] } },
      state,
    ),
  ).toString("hex");

async function finish(session: TrainingSession): Promise<Progress> {
  const points = noPoints();
  for (;;) {
    const progress = await session.advance(7);
    for (const key of Object.keys(points) as (keyof typeof points)[])
      points[key].push(...progress.points[key]);
    if (progress.ended !== undefined || progress.failure !== undefined) return { ...progress, points };
  }
}

test("a session's steps are fit()'s, and its state at any past step too", async () => {
  const session = new TrainingSession(settings, data);
  const { points, step, ended } = await finish(session);
  const expected = await reference(settings);
  expect({ step, ended }).toEqual({ step: 30, ended: "epochs" });
  expect(points.step).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(points.loss).toEqual(expected.losses);
  const half: TrainingState[] = [];
  const stop = new AbortController();
  await reference(settings, {
    signal: stop.signal,
    callbacks: [(event) => (event.type === "step" && event.step === 17 ? stop.abort() : undefined)],
    onCheckpoint: async (state) => void half.push(state) as undefined,
  });
  const found = await session.stateAt({ branch: 0, step: 17 });
  expect(stepOf(found!)).toBe(17);
  expect(bytes(found!)).toBe(bytes(half.at(-1)!));
});

test("a branch without a change repeats its parent; with another learning rate it goes its own way from there", async () => {
  const session = new TrainingSession(settings, data);
  const parent = await session.advance(20);
  const same = await session.branch({ branch: 0, step: 13 }, {});
  const again = await finish(session);
  expect(same.info).toMatchObject({ id: 1, parent: 0, from: 13 });
  expect(again.points.loss.slice(0, 7)).toEqual(parent.points.loss.slice(13));
  await session.branch({ branch: 0, step: 13 }, { learningRate: 0.03 });
  const other = await finish(session);
  const expected = await reference(
    { ...settings, learningRate: 0.03 },
    { resume: (await session.stateAt({ branch: 0, step: 13 }))! },
  );
  expect(other.points.loss).toEqual(expected.losses);
  expect(other.points.loss[0]).toBe(parent.points.loss[13]);
  expect(other.points.loss[3]).not.toBe(parent.points.loss[16]);
  // The parent goes on where it was set down.
  await session.activate(0);
  const rest = await finish(session);
  expect([...parent.points.loss, ...rest.points.loss]).toEqual((await reference(settings)).losses);
});

test("a branch that diverges says where, and can be left", async () => {
  const session = new TrainingSession({ ...settings, schedule: "constant", optimizer: "sgd" }, data);
  await session.advance(4);
  await session.branch({ branch: 0, step: 4 }, { learningRate: 1e30 });
  const { failure, step } = await finish(session);
  expect(failure).toMatch(/the first value that is not finite is .* at step|after step/);
  expect(step).toBeLessThan(8);
  await session.branch({ branch: 1, step: 4 }, { learningRate: 0.01 });
  expect((await finish(session)).ended).toBe("epochs");
});

test("places that have not been are refused", async () => {
  const session = new TrainingSession(settings, data);
  await session.advance(2);
  await expect(session.branch({ branch: 0, step: 3 }, {})).rejects.toThrow("has not been at step 3");
  await expect(session.activate(4)).rejects.toThrow("there is no branch 4");
});

test("past states stay within their budget, evenly, the newest always", async () => {
  const { state } = await reference({ ...settings, epochs: 1 });
  const one = bytesOf(state);
  const snapshots = new Snapshots(5 * one);
  for (let step = 1; step <= 33; step++) snapshots.add(0, { ...state, epoch: 0, position: step });
  expect(snapshots.bytes).toBeLessThanOrEqual(5 * one);
  expect(snapshots.stepsOf(0)).toEqual([1, 9, 17, 25, 33]);
  expect(stepOf(snapshots.before(0, 20)!)).toBe(17);
  expect(snapshots.before(0, 0)).toBeUndefined();
});

test("a net is described row by row, a fault at its layer", () => {
  const { rows, fault } = describeNet(PRESETS.convolutional, [1, 28, 28], 10);
  expect(fault).toBeUndefined();
  expect(rows.map(({ shape }) => shape.join("×"))).toEqual([
    "8×28×28",
    "8×28×28",
    "8×14×14",
    "16×14×14",
    "16×14×14",
    "16×7×7",
    "784",
    "10",
  ]);
  // 8·(25 + 1), 16·(8·25 + 1), 10·(784 + 1).
  expect(rows.map(({ parameters }) => parameters)).toEqual([208, 0, 0, 3216, 0, 0, 0, 7850]);
  const wrong = describeNet(
    [{ type: "flatten" }, { type: "conv2d", filters: 8, kernel: 3, stride: 1 }],
    [1, 28, 28],
    10,
  );
  expect(wrong.fault?.layer).toBe(1);
  expect(wrong.fault?.message).toContain("conv2d: takes images [C, H, W], not [784]");
  expect(describeNet([], [1, 28, 28], 10).fault).toEqual({
    layer: 0,
    message: "output: gives 1×28×10 for an image, not one number a class. Put flatten before it.",
  });
});
