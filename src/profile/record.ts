// Runs a training step, or a net, some times on the CPU device while the time between kernels is noted.
// Knows nothing of how profiles are shown.
import { ConfigError, DeviceError } from "../base/errors.ts";
import { checkImageSet, countOf, type ImageSource, imageBytes, readImages } from "../data/image-set.ts";
import { epochOrder } from "../data/sampler.ts";
import { CpuDevice, type RecordedRun } from "../device/cpu/cpu-device.ts";
import { currentDevice } from "../device/current.ts";
import type { Slot } from "../ir/node.ts";
import { type Origin, within } from "../ir/origin.ts";
import { apply, evaluation, type Layer, originOf, typeOf } from "../nn/layer.ts";
import { pathsOf } from "../nn/observe.ts";
import { learningRateAt } from "../optim/optimizer.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { createModel, type Model, normalizeImages } from "../train/model.ts";
import { checkFitOptions, type FitOptions } from "../train/options.ts";
import { STEP_PARTS, TrainingStep } from "../train/training-step.ts";
import { type Ceiling, measureCeiling } from "./ceiling.ts";
import { type Label, type Labels, type Phase, type Profile, summarize } from "./profile.ts";

/** How much is noted. */
export interface ProfileOptions {
  /** Steps that are noted, after as many again to warm up, up to 64; 20 unless given. */
  readonly steps?: number;
  /** What the device can do; measured in about a second unless given. */
  readonly ceiling?: Ceiling;
}

const MOST_STEPS = 64;

function checkSteps(steps: number): number {
  if (Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS) return steps;
  throw new ConfigError(
    `profile: steps must be a whole number from 1 to ${MOST_STEPS}, it is ${steps}. Give one.`,
    {
      steps,
    },
  );
}

async function cpuDevice(): Promise<CpuDevice> {
  const device = await currentDevice();
  if (device instanceof CpuDevice) return device;
  throw new DeviceError(`profile: ${device.name} has no kernels to time. Use the native or the wasm device.`);
}

/** The runs of programs that `run` does; it is done once before, so that all is loaded and warm. */
async function record(device: CpuDevice, run: () => Promise<unknown>): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  device.recorder = (each) => runs.push(each);
  try {
    await run();
    runs.length = 0;
    await run();
    return runs;
  } finally {
    device.recorder = undefined;
  }
}

function labelsOf(net: Layer, parameters: ReadonlyMap<Slot, string>): Labels {
  const layers = new Map<Origin, Omit<Label, "phase">>();
  const byPath = new Map<string, Omit<Label, "phase">>();
  for (const [layer, path] of pathsOf(net)) {
    const label = { layer: path || "net", type: typeOf(layer) };
    layers.set(originOf(layer), label);
    byPath.set(path, label);
  }
  const parts = new Map<Origin, Phase>(
    Object.entries(STEP_PARTS).map(([phase, origin]) => [origin, phase as Phase]),
  );
  const ownerOf = (name: string) => byPath.get(name.slice(0, Math.max(0, name.lastIndexOf("."))));
  const slots = new Map(
    [...parameters].flatMap(([slot, name]) => {
      const owner = ownerOf(name);
      return owner === undefined ? [] : [[slot, owner] as const];
    }),
  );
  return { layers, parts, slots };
}

async function slotsOf(parameters: Readonly<Record<string, Tensor>>): Promise<Map<Slot, string>> {
  const entries = Object.entries(parameters).map(
    async ([name, value]) => [await value.slot(), name] as const,
  );
  return new Map(await Promise.all(entries));
}

/**
 * Profiles the training step that fit() would do with these options, the batch in one part: gather it, forward, loss,
 * backward, update. The net is trained a little by it. Throws `ConfigError` for a wrong option, `DeviceError` on a device without kernels.
 */
export async function profileTraining(
  net: Layer | string,
  set: ImageSource,
  { steps: wanted = 20, ceiling: known, ...options }: FitOptions & ProfileOptions = {},
): Promise<Profile> {
  const steps = checkSteps(wanted);
  const checked = checkFitOptions(options);
  const { optimizer, seed, normalize, augment, labelSmoothing, clipNorm, clipValue } = checked;
  const device = await cpuDevice();
  const count = countOf(checkImageSet(set, "profile"));
  const batchSize = Math.min(checked.batchSize, count);
  const ceiling = known ?? (await measureCeiling());
  const model = createModel(net, set, { seed, normalize });
  const step = new TrainingStep({
    ...{ model, optimizer, batchSize, stepsPerEpoch: steps, seed, augment, labelSmoothing },
    ...{ clipNorm, clipValue, accumulate: 1, measuresNorms: false },
  });
  const indices = epochOrder(count, seed, 0).slice(0, steps * batchSize);
  await step.load({
    ...{ epoch: 0, first: 0, end: steps, images: await readImages(set, indices) },
    labels: Uint8Array.from(indices, (index) => set.labels[index]!),
    order: Int32Array.from({ length: steps * batchSize }, (_, i) => i % indices.length),
  });
  const rates = new Array<number>(steps).fill(learningRateAt(optimizer, 0, checked.epochs * steps));
  const runs = await record(device, async () => {
    await step.beginEpoch(rates, 0);
    for (let left = steps; left > 0; ) left -= await step.run(left);
  });
  return summarize(runs, labelsOf(model.net, await slotsOf(step.parameters)), {
    device: device.name,
    ceiling,
  });
}

/** Profiles what evaluation does to a batch of images, 128 unless given: bytes to logits. */
export async function profileInference(
  model: Model,
  { steps: wanted = 20, batch = 128, ceiling: known }: ProfileOptions & { readonly batch?: number } = {},
): Promise<Profile> {
  const steps = checkSteps(wanted);
  if (!Number.isInteger(batch) || batch < 1) {
    throw new ConfigError(`profile: batch must be a whole number of at least 1, it is ${batch}. Give one.`, {
      batch,
    });
  }
  const device = await cpuDevice();
  const ceiling = known ?? (await measureCeiling());
  const size = imageBytes(model);
  const bytes = tensor(new Uint8Array(batch * size), { shape: [batch, size] });
  const run = compile(() => {
    const x = within(STEP_PARTS.batch, () => normalizeImages(bytes, model));
    return apply(model.net, x, evaluation());
  });
  const runs = await record(device, () => run.repeat(steps));
  return summarize(runs, labelsOf(model.net, new Map()), { device: device.name, ceiling });
}
