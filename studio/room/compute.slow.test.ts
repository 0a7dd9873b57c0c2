// The room's session against fit() itself: the same bits, whatever is paused, gone back to or branched.
import { gzipSync } from "node:zlib";
import * as nabla from "nabla";
import { generateDigits } from "nabla/data";
import { encodeIdxImages, encodeIdxLabels } from "nabla/formats";
import * as training from "nabla/train";
import { encodeTrainingState, type FitOptions, type TrainingState } from "nabla/train";
import { expect, test } from "vitest";
import { printSettings, readSettings } from "./address.ts";
import type { Progress } from "./branch.ts";
import { fitOptions, netOf } from "./build.ts";
import { codeOf } from "./code.ts";
import { describeNet } from "./compute.ts";
import type { GivenFile } from "./data/given-file.ts";
import { openData } from "./data/open-data.ts";
import { readFiles } from "./data/open-files.ts";
import { judge, view } from "./inspect/look.ts";
import { noPoints, QUANTITIES } from "./points.ts";
import { TrainingSession } from "./session.ts";
import { LAYER_TYPES, PRESETS, type RoomSettings, USUAL, usualLayer } from "./settings.ts";
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
  const epochs: Progress["epochs"][number][] = [];
  for (;;) {
    const progress = await session.advance(7);
    for (const name of ["step", ...QUANTITIES] as const) points[name].push(...progress.points[name]);
    epochs.push(...progress.epochs);
    if (progress.ended !== undefined || progress.failure !== undefined) {
      return { ...progress, points, epochs };
    }
  }
}

test("a session's steps are fit()'s, and its state at any past step too", async () => {
  const session = await TrainingSession.open(settings, data);
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
  expect(stepOf(found)).toBe(17);
  expect(bytes(found)).toBe(bytes(half.at(-1)!));
});

test("a branch without a change repeats its parent; with another learning rate it goes its own way from there", async () => {
  const session = await TrainingSession.open(settings, data);
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

test("a branch may go on with another optimiser, batch size and seed", async () => {
  const session = await TrainingSession.open(settings, data);
  const parent = await session.advance(20);
  const state = await session.stateAt({ branch: 0, step: 13 });
  const place = { branch: 0, step: 13 };
  // Another optimiser: the same images and weights, its own state from zero.
  const sgd = await session.branch(place, { optimizer: "sgd" });
  expect(sgd.info).toMatchObject({ from: 13, last: 30, clock: { step: 13, epoch: 1.3, images: 208 } });
  const other = await finish(session);
  const momentum = Object.entries(state.parameters).map(([name, { shape, data: values }]) => [
    `momentum.${name}`,
    { shape, data: values.map(() => 0) },
  ]);
  const resume = { ...state, optimizer: "sgd", optimizerState: Object.fromEntries(momentum) };
  const wanted = await reference({ ...settings, optimizer: "sgd" }, { resume });
  expect(other.points.loss).toEqual(wanted.losses);
  expect(other.points.loss[0]).toBe(parent.points.loss[13]);
  // Twice as many images a step: 32 of the 48 images done in this epoch make whole steps, so that 16 are seen again.
  const larger = await session.branch(place, { batchSize: 32 });
  expect(larger.info).toMatchObject({ last: 22, clock: { epoch: 1.3, images: 208, stepsPerEpoch: 5 } });
  const large = await finish(session);
  expect(large.points.step).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22]);
  expect(large.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
    [2, 17],
    [3, 22],
  ]);
  const past = await session.stateAt({ branch: larger.info.id, step: 18 });
  expect([past.epoch, past.position, past.batchSize]).toEqual([2, 1, 32]);
  expect(session.snapshotsOf(larger.info.id)).toContain(18);
  // Another seed: the weights as they were, other images.
  const seeded = await session.branch(place, { seed: 9 });
  const anew = await session.stateAt({ branch: seeded.info.id, step: 13 });
  expect(anew.parameters).toEqual(state.parameters);
  expect(anew.optimizerState).toEqual(state.optimizerState);
  expect((await finish(session)).points.loss[0]).not.toBe(parent.points.loss[13]);
  // From before it began, a branch's settings go on from its parent's state.
  const early = await session.branch({ branch: larger.info.id, step: 4 }, {});
  expect(early.info).toMatchObject({
    parent: 0,
    from: 4,
    settings: { batchSize: 32 },
    clock: { images: 64 },
  });
});

test("a branch that diverges says where, and can be left", async () => {
  const session = await TrainingSession.open({ ...settings, schedule: "constant", optimizer: "sgd" }, data);
  await session.advance(4);
  await session.branch({ branch: 0, step: 4 }, { learningRate: 1e30 });
  const { failure, step } = await finish(session);
  expect(failure?.message).toMatch(/the first value that is not finite is .* at step|after step/);
  expect(failure?.value?.name).not.toBe("");
  expect(failure?.step).toBeLessThanOrEqual(step + 1);
  expect(step).toBeLessThan(8);
  await session.branch({ branch: 1, step: 4 }, { learningRate: 0.01 });
  expect((await finish(session)).ended).toBe("epochs");
});

test("places that have not been are refused", async () => {
  const session = await TrainingSession.open(settings, data);
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
  expect(snapshots.statesOf(0).map(stepOf)).toEqual([1, 9, 17, 25, 33]);
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
    kind: "shape",
    message: "output: gives 1×28×10 for an image, not one number a class. Put flatten before it.",
  });
});

test("a past net is judged as evaluate() judges it, and its insides are of its own weights", async () => {
  const session = await TrainingSession.open({ ...settings, layers: PRESETS.convolutional }, data);
  await session.advance(12);
  const model = await session.modelAt({ branch: 0, step: 5 });
  const { score, mistakes, filters, spread } = await judge(model, data, 5);
  expect(score).toEqual(await training.evaluate(model, validation));
  expect(score.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(32);
  const [worst] = mistakes;
  expect(worst!.label).toBe(validation.labels[worst!.index]);
  expect(worst!.pixels).toEqual(validation.images.slice(worst!.index * 784, (worst!.index + 1) * 784));
  const state = await session.stateAt({ branch: 0, step: 5 });
  expect(filters).toMatchObject({ type: "conv2d", count: 8, height: 5, width: 5 });
  expect(filters!.data).toEqual(state!.parameters["0.weight"]!.data);
  expect(spread.weights["0.weight"]!.count).toBe(200);
  expect(Object.keys(spread.gradients)).toEqual(Object.keys(spread.weights));
  const { probabilities, maps, label } = await view(model, data.validation, 3);
  expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  expect(label).toBe(validation.labels[3]);
  expect(maps.map(({ of, height, width }) => [of, height, width].join("×"))).toEqual([
    "8×28×28",
    "8×28×28",
    "8×14×14",
    "16×14×14",
    "16×14×14",
    "16×7×7",
    "1×1×784",
    "1×1×10",
  ]);
  // Looking at the past leaves the present as it was.
  expect((await finish(session)).points.step[0]).toBe(13);
});

test("the program of a branch prints the branch's losses", async () => {
  const chosen: RoomSettings = {
    ...{ ...settings, layers: [usualLayer("conv2d"), ...PRESETS.convolutional, usualLayer("dropout")] },
    ...{ epochs: 1, optimizer: "sgd", labelSmoothing: 0.1, clipNorm: 1, augment: ["crop", "cutout"] },
  };
  const session = await TrainingSession.open(chosen, await openData(chosen));
  const { points } = await finish(session);
  const printed: string[] = [];
  const code = codeOf(chosen, { classes: train.classes, shape: train.shape })
    .replaceAll(/^import .*$/gm, "")
    .replaceAll("console.log", "print");
  const names = { data: nabla.data, nn: nabla.nn, optim: nabla.optim, fit: training.fit };
  const run = new Function(...Object.keys(names), "print", `return (async () => {${code}})();`);
  await run(...Object.values(names), (...values: unknown[]) => printed.push(values.join(" ")));
  const losses = printed
    .filter((line) => !line.startsWith("epoch"))
    .map((line) => Number(line.split(" ")[1]));
  expect(losses).toEqual(points.loss);
});

test("MNIST's files are paired by their counts, the larger set is learned from", async () => {
  const set = generateDigits({ train: 12, test: 6 });
  const filesOf = (name: string, { images, labels }: typeof train): GivenFile[] => [
    {
      path: `${name}-images-idx3-ubyte`,
      bytes: encodeIdxImages({ count: labels.length, height: 28, width: 28, images }),
    },
    { path: `${name}-labels-idx1-ubyte.gz`, bytes: gzipSync(encodeIdxLabels(labels)) },
  ];
  const files = [...filesOf("t10k", set.test), ...filesOf("train", set.train)];
  const found = await openData({ source: "files", images: 10 }, await readFiles(files));
  expect(found.train.labels).toEqual(set.train.labels.slice(0, 10));
  expect(found.validation.images).toEqual(set.test.images.slice(0, 2 * 784));
  await expect(readFiles(files.slice(0, 1))).rejects.toThrow("1 files hold 1 sets of images and 0 of labels");
  await expect(readFiles([files[0]!, files[3]!])).rejects.toThrow(
    "t10k-images-idx3-ubyte: there are 6 images and no file with as many labels",
  );
  await expect(readFiles([])).rejects.toThrow("0 files hold");
  await expect(openData({ source: "files", images: 10 })).rejects.toThrow("none have been given");
});

test("an address holds the settings", () => {
  const other: RoomSettings = {
    ...{ ...USUAL, layers: LAYER_TYPES.map(usualLayer), augment: ["elastic", "mixup"], optimizer: "lion" },
    ...{ source: "mnist", schedule: "step", images: 500, clipNorm: 2 },
  };
  expect(readSettings(printSettings(other))).toEqual(other);
  expect(readSettings({ ...printSettings(USUAL), net: "linear~1e9_nonsense" })).toEqual(USUAL);
  expect(readSettings({ ...printSettings(USUAL), net: "linear~1e9" }).layers).toEqual([
    { type: "linear", units: 2048 },
  ]);
});
