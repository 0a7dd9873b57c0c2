// Composed functions against PyTorch: values and gradients within 1e-10 on the reference device, within float32's
// rounding on the others, and at infinities and NaN. scripts/make-function-goldens.py writes the goldens.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../src/device/current.ts";
import * as activations from "../src/tensor/activations.ts";
import * as along from "../src/tensor/along.ts";
import * as arrange from "../src/tensor/arrange.ts";
import { conv1d, unfold } from "../src/tensor/convolutions.ts";
import { tensor } from "../src/tensor/create.ts";
import { einsum } from "../src/tensor/einsum.ts";
import * as elementwise from "../src/tensor/elementwise.ts";
import { logsumexp, stack } from "../src/tensor/functions.ts";
import { gradients } from "../src/tensor/gradients.ts";
import { avgPool2d, convTranspose2d, maxPool2d } from "../src/tensor/images.ts";
import * as reductions from "../src/tensor/reductions.ts";
import * as resample from "../src/tensor/resample.ts";
import type { Tensor } from "../src/tensor/tensor.ts";
import { deviceNames, deviceOf, expectClose } from "./devices.ts";

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
interface Case {
  readonly inputs: readonly Stored[];
  readonly output: Stored;
  readonly gradients: readonly Stored[];
}
const goldens = JSON.parse(readFileSync(new URL("goldens/functions.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, Case>>;
  readonly limits: { readonly input: Stored; readonly outputs: Readonly<Record<string, Stored>> };
};

const AROUND = [
  [0, 0],
  [0, 0],
  [3, 4],
  [2, 1],
] as const;
const INDEX = () =>
  tensor(
    [
      [2, 0, 2],
      [1, 1, 3],
    ],
    { dtype: "int32" },
  );

/** The functions of a module as functions of one tensor, their options left at the defaults. */
const onlyUnary = (module: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(module).map(([name, f]) => [name, (x: Tensor) => (f as (x: Tensor) => Tensor)(x)]),
  );

const functions: Readonly<Record<string, (...x: [Tensor, Tensor]) => Tensor>> = {
  ...onlyUnary(activations),
  ...onlyUnary(elementwise),
  atan2: elementwise.atan2,
  relu: (x) => x.relu(),
  clip: (x) => elementwise.clip(x, -1, 3),
  geluTanh: (x) => activations.gelu(x, { approximate: true }),
  prod: (x) => reductions.prod(x, 1),
  std: (x) => reductions.std(x, [0, 2]),
  norm1: (x) => reductions.norm(x, [0, 1], { p: 1 }),
  norm2: (x) => reductions.norm(x, 1),
  normInfinity: (x) => reductions.norm(x, 1, { p: Number.POSITIVE_INFINITY }),
  logsumexp: (x) => logsumexp(x, [0, 2]),
  cumsum: (x) => along.cumsum(x, 1),
  sort: (x) => along.sort(x, { axis: 1 }).values,
  sortDescending: (x) => along.sort(x, { descending: true }).values,
  topK: (x) => along.topK(x, 3).values,
  gatherAlong: (x) => along.gatherAlong(x, INDEX()),
  scatterAlong: (x) => along.scatterAlong(x, INDEX(), 5),
  padReflect: (x) => arrange.pad(x, AROUND, { mode: "reflect" }),
  padReplicate: (x) => arrange.pad(x, AROUND, { mode: "replicate" }),
  padCircular: (x) => arrange.pad(x, AROUND, { mode: "circular" }),
  split: (x) => arrange.split(x, [1, 3], 1)[1]!,
  tile: (x) => arrange.tile(x, [2, 1, 3]),
  repeat: (x) => arrange.repeat(x, 3),
  roll: (x) => arrange.roll(x, -3, 1),
  meshgrid: (a, b) => stack(arrange.meshgrid(a, b)),
  diagonal: (x) => arrange.diagonal(x, 1),
  diagonalBelow: (x) => arrange.diagonal(x, -1),
  tril: (x) => arrange.tril(x, 1),
  triu: (x) => arrange.triu(x, -1),
  conv1d: (x, w) => conv1d(x, w, { stride: 2, padding: 3, dilation: 2, groups: 2 }),
  convTranspose2d: (x, w) => convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1 }),
  unfold: (x) => unfold(x, [3, 2], { padding: 1, stride: 2, dilation: [1, 2] }),
  resizeNearest: (x) => resample.resize(x, [10, 4], { mode: "nearest" }),
  resizeBilinear: (x) => resample.resize(x, [10, 4]),
  adaptiveAvgPool2d: (x) => resample.adaptiveAvgPool2d(x, [3, 4]),
  adaptiveMaxPool2d: (x) => resample.adaptiveMaxPool2d(x, [3, 4]),
  adaptiveAvgPool2dEven: (x) => resample.adaptiveAvgPool2d(x, [7, 3]),
  adaptiveMaxPool2dEven: (x) => resample.adaptiveMaxPool2d(x, [1, 2]),
  affineGrid: (theta) => resample.affineGrid(theta, [3, 4]),
  gridSample: (x, grid) => resample.gridSample(x, grid),
  gridSampleBorder: (x, grid) => resample.gridSample(x, grid, { outside: "border" }),
  gridSampleNearest: (x, grid) => resample.gridSample(x, grid, { mode: "nearest" }),
  maxPoolCeil: (x) => maxPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  maxPoolCeilWide: (x) => maxPool2d(x, 2, { stride: 3, padding: 1, ceilMode: true }),
  avgPoolCeil: (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  avgPoolCeilInside: (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countPadding: false }),
};

function functionOf(name: string): (...x: [Tensor, Tensor]) => Tensor {
  const equation = /^einsum (.*)$/.exec(name)?.[1];
  if (equation !== undefined) return (...x) => einsum(equation, ...x);
  const f = functions[name];
  if (f === undefined) throw new Error(`the goldens have ${name}, the test has no such function`);
  return f;
}

const numbersOf = ({ data }: Stored): Float64Array =>
  Float64Array.from(data, (x) => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : Number(x)));
const tensorOf = (stored: Stored): Tensor => tensor(numbersOf(stored), { shape: stored.shape });
const read = async (x: Tensor) => Float64Array.from(await x.data());

/** Each element within `tolerance` of the larger of 1 and its own size: next to 1e6 a wrong 0.5 shows. */
function expectEach(actual: Float64Array, wanted: Float64Array, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(wanted.length);
  wanted.forEach((_, i) => {
    const element = (values: Float64Array) => values.subarray(i, i + 1);
    expectClose(element(actual), element(wanted), tolerance, `${what}, place ${i}`);
  });
}

describe.each(deviceNames)("on %s", (device) => {
  beforeAll(async () => setDevice(await deviceOf(device)));
  const tolerance = device === "reference" ? 1e-10 : 1e-5;

  it.each(Object.keys(goldens.cases))("%s is PyTorch's", async (name) => {
    const golden = goldens.cases[name]!;
    const inputs = golden.inputs.map(tensorOf) as [Tensor, Tensor];
    const y = functionOf(name)(...inputs);
    expect(y.shape).toEqual(golden.output.shape);
    const weights = tensor(
      Float64Array.from({ length: y.size }, (_, i) => Math.cos(i)),
      { shape: y.shape },
    );
    const slopes = gradients(y.mul(weights).sum(), inputs);
    expectEach(await read(y), numbersOf(golden.output), tolerance, name);
    for (const [i, slope] of slopes.entries()) {
      expectEach(await read(slope), numbersOf(golden.gradients[i]!), tolerance, `∂${name}/∂${i}`);
    }
  });

  it.each(Object.keys(goldens.limits.outputs))("%s at −∞, ∞ and NaN is PyTorch's", async (name) => {
    const y = await read(
      functionOf(name)(...([tensorOf(goldens.limits.input)] as unknown as [Tensor, Tensor])),
    );
    expectEach(y, numbersOf(goldens.limits.outputs[name]!), 1e-6, name);
  });
});
