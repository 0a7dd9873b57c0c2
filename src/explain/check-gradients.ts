// Whether gradients are right: of every op, of every layer of a net by itself, and of the whole net, against central
// differences in float64. Reads parameters and changes none.
import { isFloating } from "../base/dtype.ts";
import { RandomStream } from "../base/random.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import {
  apply as applyOp,
  type Node,
  type Op,
  type Sample,
  Slot,
  topologicalOrder,
  type Values,
} from "../ir/node.ts";
import { apply, type Layer, type LayerObject, training } from "../nn/layer.ts";
import { crossEntropy } from "../nn/losses.ts";
import { type LayerPass, observe } from "../nn/observe.ts";
import { readSlot, slotOf } from "../ops/leaf.ts";
import { registry } from "../ops/registry.ts";
import { tensor } from "../tensor/create.ts";
import { Generator } from "../tensor/random.ts";
import { hostDataOf, readStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type Deviation, GradientProbe } from "./central-differences.ts";
import { checkWhole } from "./images.ts";

/** How thoroughly gradients are checked. */
export interface CheckOptions {
  /** Elements of each parameter that are moved one by one; 5 unless given. */
  readonly samples?: number;
  /** Of parameters' places, inputs and labels; 1 unless given. */
  readonly seed?: number;
  /** Images in a batch; 2 unless given. */
  readonly batch?: number;
  /** Told how many layers of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The gradient by one parameter, or by the input, of one layer. */
export interface LayerCheck {
  /** Path of the layer in the net. */
  readonly layer: string;
  readonly type: string;
  /** `weight`, `bias`, …, or `input`. */
  readonly name: string;
  readonly shape: Shape;
  /** Elements that were moved one by one; an input is moved in all its elements at once. */
  readonly checked: number;
  /** The layer by itself on random input: the worst element of a parameter, a random direction of the input. */
  readonly alone: Deviation;
  /** The whole net's loss along a random direction of the parameter; absent for inputs. */
  readonly whole?: Deviation;
}

/** The gradient of an op by one of its inputs, for one of its samples. */
export interface OpCheck extends Deviation {
  readonly op: string;
  readonly sample: number;
  readonly input: number;
  readonly shape: Shape;
  readonly checked: number;
}

/** Errors above these are no rounding: a step through a whole net crosses kinks of its layers, however short it is. */
export const GRADIENT_TOLERANCE = { alone: 1e-5, whole: 1e-3 } as const;

/** True where a gradient is as central differences say. */
export function isRight(check: LayerCheck | OpCheck): boolean {
  const { alone, whole } = GRADIENT_TOLERANCE;
  if (!("alone" in check)) return check.error <= alone;
  return check.alone.error <= alone && (check.whole?.error ?? 0) <= whole;
}

const GOOD_WHOLE = GRADIENT_TOLERANCE.whole / 10;

const normals = (shape: Shape, random: RandomStream): Tensor =>
  tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
    { shape },
  );

/** Σ r·y with fixed random r: one number that hangs on every element of y. */
const mixed = (y: Tensor, random: RandomStream): Tensor => y.mul(normals(y.shape, random)).sum();

/** What the slots of a graph hold, in float64. */
async function valuesOf(root: Node): Promise<Map<Slot, Values>> {
  const slots = new Set(topologicalOrder([root]).flatMap((node) => slotOf(node) ?? []));
  const entries = [...slots].map(async (slot): Promise<[Slot, Values]> => {
    const data = hostDataOf(slot) ?? (await readStorage(slot));
    return [slot, Float64Array.from(data)];
  });
  return new Map(await Promise.all(entries));
}

const probeOf = async (root: Tensor, wrt: readonly Tensor[]): Promise<GradientProbe> =>
  new GradientProbe(
    root.node,
    wrt.map(({ node }) => node),
    await valuesOf(root.node),
  );

const ownParameters = (layer: Layer): Record<string, Tensor> =>
  typeof layer === "function" ? {} : ((layer as LayerObject).parameters ?? {});

/** One layer by itself: by its input, where that is no whole number, and by each of its parameters. */
async function checkAlone(pass: LayerPass, samples: number, seed: number): Promise<LayerCheck[]> {
  const random = new RandomStream(seed);
  const isContinuous = isFloating(pass.x.dtype);
  const x = isContinuous ? normals(pass.x.shape, random) : pass.x;
  const named = { ...(isContinuous && { input: x }), ...ownParameters(pass.layer) };
  const y = apply(pass.layer, x, training(new Generator(seed)));
  if (!isFloating(y.dtype)) return [];
  const probe = await probeOf(mixed(y, random), Object.values(named));
  return Object.entries(named).map(([name, { node, shape }]) => {
    const { checked, ...alone } =
      node === x.node
        ? { checked: sizeOf(shape), ...probe.byDirection(node, random) }
        : probe.byElements(node, samples, random);
    return { layer: pass.path, type: pass.type, name, shape, checked, alone };
  });
}

/**
 * Every layer of a net, which must have its parameters, by itself on random input, and the whole net by each parameter: the
 * gradients that training takes, with dropout and batch statistics. `inputShape` has no batch axis; `loss` makes one
 * number of the net's output, a random mixture of all of it unless given. Nothing of the net is changed.
 */
export async function checkLayers(
  net: Layer,
  inputShape: Shape,
  options: CheckOptions & { readonly loss?: (y: Tensor) => Tensor } = {},
): Promise<LayerCheck[]> {
  const { samples = 5, seed = 1, batch = 2 } = options;
  for (const [name, value, least] of [["samples", samples, 1] as const, ["seed", seed, 0] as const]) {
    checkWhole("checkLayers", name, value, least);
  }
  checkWhole("checkLayers", "batch", batch, 1);
  const random = new RandomStream(seed, 1);
  const { y, passes } = observe(net, normals([batch, ...inputShape], random), training(new Generator(seed)));
  const seen = new Set<Layer>();
  const inner = passes.filter(({ layer, path, isContainer }) => {
    const isNew = !seen.has(layer) && (path !== "" || !isContainer);
    seen.add(layer);
    return isNew;
  });
  const checks: LayerCheck[] = [];
  for (const [done, pass] of inner.entries()) {
    options.onProgress?.(done, inner.length + 1);
    checks.push(...(await checkAlone(pass, samples, seed)));
  }
  options.onProgress?.(inner.length, inner.length + 1);
  const parameters = inner.flatMap(({ layer }) => Object.values(ownParameters(layer)));
  const whole = await probeOf((options.loss ?? ((output) => mixed(output, random)))(y), parameters);
  const byName = new Map(
    inner.flatMap(({ layer, path }) =>
      Object.entries(ownParameters(layer)).map(([name, p]) => [`${path} ${name}`, p]),
    ),
  );
  const complete = checks.map((check) => {
    const parameter = byName.get(`${check.layer} ${check.name}`);
    return parameter === undefined
      ? check
      : { ...check, whole: whole.byDirection(parameter.node, random, GOOD_WHOLE) };
  });
  options.onProgress?.(inner.length + 1, inner.length + 1);
  return complete;
}

/** As checkLayers, for a model: on normalised images of noise, by the cross-entropy with random labels. */
export function checkModel(model: Model, options: CheckOptions = {}): Promise<LayerCheck[]> {
  const random = new RandomStream(options.seed ?? 1, 2);
  const labels = Int32Array.from({ length: options.batch ?? 2 }, () => random.integer(model.classes.length));
  return checkLayers(model.net, model.shape, { ...options, loss: (y) => crossEntropy(y, tensor(labels)) });
}

/** A slot filled as a sample of an op asks for. */
function sampleValues(
  { shape, dtype = "float32", range }: Sample["inputs"][number],
  random: RandomStream,
): Values {
  const [low, high] = range ?? (dtype === "float32" ? [-2, 2] : [0, 1]);
  const draw = () => (dtype === "float32" ? random.uniform(low, high) : low + random.integer(high - low + 1));
  return Float64Array.from({ length: sizeOf(shape) }, draw);
}

function checkSample(op: Op, sample: Sample, place: number, samples: number, seed: number): OpCheck[] {
  const random = new RandomStream(seed, place);
  const slots = sample.inputs.map(({ shape, dtype = "float32" }) => new Slot(shape, dtype));
  const values = new Map(slots.map((slot, i) => [slot, sampleValues(sample.inputs[i]!, random)]));
  const inputs = slots.map(readSlot);
  const node = applyOp(op, inputs, sample.attributes ?? {});
  if (!isFloating(node.dtype)) return [];
  const weights = new Slot(node.shape, "float32");
  values.set(weights, sampleValues({ shape: node.shape }, random));
  const root = new Tensor(node).mul(new Tensor(readSlot(weights))).sum();
  const wrt = inputs.filter((input) => isFloating(input.dtype));
  const probe = new GradientProbe(root.node, wrt, values);
  return wrt.map((x) => ({
    op: op.name,
    sample: place,
    input: inputs.indexOf(x),
    shape: x.shape,
    ...probe.byElements(x, samples, random),
  }));
}

/** The gradient rule of every op that has one, on the samples of its record: by each input, up to `samples` elements. */
export function checkOps({ samples = 10, seed = 1 }: Omit<CheckOptions, "batch"> = {}): OpCheck[] {
  checkWhole("checkOps", "samples", samples, 1);
  checkWhole("checkOps", "seed", seed, 0);
  return registry
    .filter(({ gradient }) => gradient !== undefined)
    .flatMap((op) => op.samples.flatMap((sample, place) => checkSample(op, sample, place, samples, seed)));
}
