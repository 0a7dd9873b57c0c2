// Models, checkpoints and run folders in files: what is saved comes back bit by bit, what is damaged is refused.
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stripes } from "../../test/stripes.ts";
import { CheckpointError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import { dropout, flatten, linear, sequential } from "../nn/index.ts";
import { adamW } from "../optim/index.ts";
import { loadCheckpoint, loadModel, saveCheckpoint, saveModel } from "./checkpoint.node.ts";
import { evaluate, predict } from "./evaluate.ts";
import * as training from "./fit.ts";
import { createModel } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { createRunFolder, readConfig, readMetrics, resumeRunFolder } from "./run-folder.node.ts";
import type { TrainingState } from "./training-state.ts";

beforeAll(() => setDevice(new ReferenceDevice()));
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-run-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const train = stripes(70, 1);
const start = (options: FitOptions = {}) => {
  const net = sequential(flatten(), dropout(0.3), linear(3));
  const usual = {
    optimizer: adamW({ lr: 0.01 }),
    batchSize: 9,
    epochs: 4,
    until: { validation: { patience: 9 } },
  };
  return training.fit(net, { train }, { ...usual, ...options });
};

async function stateAtEnd(run: training.FitRun): Promise<TrainingState> {
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value.state;
  }
}

/** A run that was interrupted in its second epoch, with its state. */
async function interrupted(): Promise<{ run: training.FitRun; state: TrainingState }> {
  const controller = new AbortController();
  const states: TrainingState[] = [];
  const run = start({
    signal: controller.signal,
    onCheckpoint: async (state) => {
      states.push(state);
      return undefined;
    },
  });
  for await (const event of run) if (event.type === "step" && event.step > 7) controller.abort();
  return { run, state: states.at(-1)! };
}

describe("a checkpoint", () => {
  it("lets 2N steps be N, a file, and the rest, byte for byte", async () => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const one = start();
    await saveCheckpoint(whole, one.model, await stateAtEnd(one));
    const first = await interrupted();
    expect([first.state.epoch, first.state.best?.epoch]).toEqual([1, 1]);
    expect(first.state.position).toBeGreaterThan(0);
    await saveCheckpoint(parts, first.run.model, first.state);
    const { state, model } = await loadCheckpoint(parts);
    expect(state).toEqual(first.state);
    expect(model).toEqual({
      shape: [1, 6, 6],
      classes: train.classes,
      normalization: first.run.model.normalization,
    });
    const second = start({ resume: state });
    await saveCheckpoint(parts, second.model, await stateAtEnd(second));
    expect((await readFile(parts)).equals(await readFile(whole))).toBe(true);
  });

  it("that is damaged, foreign or only a model is refused", async () => {
    const path = join(folder, "file");
    const { run, state } = await interrupted();
    await saveCheckpoint(path, run.model, state);
    const good = await readFile(path);
    const refused = async (bytes: Uint8Array, message: RegExp) => {
      await writeFile(path, bytes);
      await expect(loadCheckpoint(path)).rejects.toThrow(CheckpointError);
      await expect(loadCheckpoint(path)).rejects.toThrow(message);
    };
    await refused(
      good.subarray(0, good.length - 5),
      /file: tensor data is truncated .* expected .* found .* save or fetch it again\.$/,
    );
    await refused(Buffer.from("hello, is this a checkpoint?"), /file: safetensors header is too large/);
    const flipped = Uint8Array.from(good);
    flipped[flipped.length - 3]! ^= 64;
    await refused(flipped, /file: is damaged: its checksum is crc32:[0-9a-f]{8}, its content gives crc32:/);
    const { tensors, metadata: sealed } = decodeSafetensors(good);
    const renamed = JSON.stringify(sealed).replace("shape", "shame");
    await refused(encodeSafetensors(tensors, JSON.parse(renamed)), /is damaged: its checksum is crc32:/);
    const { checksum: _, ...metadata } = sealed;
    const changed = (fields: Record<string, string>) =>
      encodeSafetensors(tensors, { ...metadata, ...fields });
    await refused(encodeSafetensors(tensors), /is no model of nabla's/);
    await refused(changed({ version: "7" }), /is of version 7, this release reads 1/);
    await refused(changed({ training: "{" }), /has no readable "training" in its metadata/);
    await refused(changed({ training: "[]" }), /has no table under "training"/);
    const negative = { ...JSON.parse(metadata["training"]!), epoch: -1 };
    await refused(changed({ training: JSON.stringify(negative) }), /has epoch -1 under "training"/);
    await refused(changed({ model: JSON.stringify({ shape: [1, 6] }) }), /has shape \[1,6\] under "model"/);
    const without = new Map([...tensors].filter(([name]) => name !== "generator.state"));
    await refused(encodeSafetensors(without, metadata), /has no generator.state of 3 words/);
    await saveModel(path, run.model);
    await expect(loadCheckpoint(path)).rejects.toThrow(/holds a model only, no state of training/);
    await expect(loadCheckpoint(join(folder, "none"))).rejects.toThrow(/none: does not exist/);
  });
});

describe("a model file", () => {
  it("brings back a net of the zoo that answers the same", async () => {
    const path = join(folder, "model.safetensors");
    const model = createModel("mlp", train, { seed: 4 });
    await saveModel(path, model);
    const bytes = await readFile(path);
    const loaded = await loadModel(path);
    expect(loaded).toMatchObject({ zoo: "mlp", shape: [1, 6, 6], classes: train.classes });
    const images = train.images.subarray(0, 3 * 36);
    expect(await predict(loaded, images)).toEqual(await predict(model, images));
    // A folder stands for the model in it.
    expect(await predict(await loadModel(folder), images)).toEqual(await predict(model, images));
    // One bit of one weight.
    bytes[bytes.length - 100]! ^= 1;
    await writeFile(path, bytes);
    await expect(loadModel(folder)).rejects.toThrow(CheckpointError);
    await expect(loadModel(folder)).rejects.toThrow(`${path}: is damaged: its checksum is crc32:`);
  });

  it("needs the net where it is not of the zoo, and only the one it was saved from", async () => {
    const path = join(folder, "model");
    const { run } = await interrupted();
    await saveModel(path, run.model);
    await expect(loadModel(path)).rejects.toThrow(/a net that is not in the zoo; give the net too/);
    const loaded = await loadModel(path, sequential(flatten(), dropout(0.3), linear(3)));
    expect(await evaluate(loaded, train)).toEqual(await evaluate(run.model, train));
    await expect(loadModel(path, sequential(flatten(), linear(3)))).rejects.toThrow(CheckpointError);
  });
});

describe("a run folder", () => {
  it("keeps configuration, metrics, checkpoint and model, and goes on where its checkpoint is", async () => {
    const path = join(folder, "runs", "one");
    const run = await createRunFolder(path, { data: "stripes", epochs: 4 });
    const training = start({ onCheckpoint: (state) => run.saveCheckpoint(training.model, state) });
    for await (const event of training) await run.append(event);
    expect(await run.saveModel(training.model)).toBe(join(path, "model.safetensors"));
    const before = await readMetrics(path);
    expect(before.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["start", "epoch", "checkpoint", "end"]),
    );
    // A process that was killed while it wrote leaves half a line.
    await appendFile(join(path, "metrics.jsonl"), '{"type":"step","step":99999}\n{"type":"st');
    const resumed = await resumeRunFolder(path);
    expect(resumed.run.config).toEqual({ data: "stripes", epochs: 4 });
    expect(resumed.state.epoch).toBe(4);
    // Nothing is changed before the run goes on.
    expect(await readFile(join(path, "metrics.jsonl"), "utf8")).toMatch(/\{"type":"st$/);
    const again = before[0]!;
    await resumed.run.append(again);
    expect(await readMetrics(path)).toEqual([...before.slice(0, -1), again]);
    expect(await readConfig(path)).toEqual({ data: "stripes", epochs: 4 });
  });

  it("is taken away again where nothing was saved, but for what others put there", async () => {
    const [path, shared] = [join(folder, "a", "b"), join(folder, "shared")];
    const run = await createRunFolder(path, {});
    await run.append({ type: "checkpoint", step: 1, path: "none" });
    run.removeUnlessSaved();
    expect(await readdir(join(folder, "a"))).toEqual([]);
    const other = await createRunFolder(shared, {});
    await writeFile(join(shared, "notes.txt"), "mine");
    other.removeUnlessSaved();
    expect(await readdir(shared)).toEqual(["notes.txt"]);
    const kept = await createRunFolder(shared, {});
    const training = start({
      epochs: 1,
      onCheckpoint: (state) => kept.saveCheckpoint(training.model, state),
    });
    for await (const event of training) await kept.append(event);
    kept.removeUnlessSaved();
    expect(await readdir(shared)).toContain("checkpoint.safetensors");
    await expect(createRunFolder(shared, {})).rejects.toThrow(/run already. Go on with it \(--resume\), or/);
  });

  it("gives way where its run diverged before any checkpoint, and only there", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    const diverged = { type: "divergence", step: 3, learningRate: 1, message: "loss: NaN" } as const;
    await (await createRunFolder(first, { attempt: 1 })).append(diverged);
    await createRunFolder(first, { attempt: 2 });
    expect(await readConfig(first)).toEqual({ attempt: 2 });
    await (await createRunFolder(second, { attempt: 1 })).append(diverged);
    // The newest checkpoint was damaged and put aside, the one before it gone on from.
    await writeFile(join(second, "checkpoint.1.safetensors"), "older");
    await expect(createRunFolder(second, {})).rejects.toThrow(/there is a run already. Go on with it/);
    expect(await readConfig(second)).toEqual({ attempt: 1 });
    expect(await readMetrics(second)).toHaveLength(1);
  });

  it("is not made over another run, and needs a configuration", async () => {
    await createRunFolder(folder, {});
    await expect(createRunFolder(folder, {})).rejects.toThrow(
      `${folder}: there is a run already. It ended before its first checkpoint: remove the folder, or choose another.`,
    );
    await writeFile(join(folder, "config.json"), "{");
    await expect(readConfig(folder)).rejects.toThrow(/config.json: is no JSON \(.+\)\. Correct the file/);
    await expect(readConfig(join(folder, "none"))).rejects.toThrow(/config.json: cannot be read \(ENOENT\)/);
    await expect(resumeRunFolder(folder)).rejects.toThrow(/ended before its first checkpoint/);
  });
});
