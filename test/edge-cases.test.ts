// Every function of tensors at the edges of what it takes: scalars, axes of size 0 and 1, negative axes, broadcasting.
// Values, first and second derivatives on the reference device against central differences, and on every other device
// against the reference. Over 400 lines because every function there is has its line or lines.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { setDevice } from "../src/device/current.ts";
import * as nabla from "../src/index.ts";
import { gradients, type Tensor, tensor } from "../src/index.ts";
import { linear } from "../src/nn/weights.ts";
import { deviceNames, deviceOf, expectClose } from "./devices.ts";

type Shape = readonly number[];
type F = (...x: Tensor[]) => Tensor;

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly f: F;
  /** What the inputs are drawn from, away from kinks and poles; (−2, 2) unless given. */
  readonly range?: readonly [number, number];
  /** Order of the derivatives that are compared; 2 unless given. */
  readonly order?: 0 | 1 | 2;
}

const SHAPES: readonly Shape[] = [[], [0], [2, 0, 3], [1], [1, 3, 1], [2, 3, 2]];
const POSITIVE = [0.3, 2] as const;
const INSIDE = [-0.8, 0.8] as const;
type Entry = F | Pick<Case, "f" | "range" | "order">;

/** Functions of one tensor of any shape. */
const UNARY: Readonly<Record<string, Entry>> = {
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  sign: { f: (x) => x.sign(), order: 0 },
  floor: { f: (x) => x.floor(), order: 0 },
  ceil: { f: (x) => x.ceil(), order: 0 },
  round: { f: (x) => x.round(), order: 0 },
  reciprocal: { f: (x) => x.reciprocal(), range: POSITIVE },
  square: (x) => x.square(),
  sqrt: { f: (x) => x.sqrt(), range: POSITIVE },
  rsqrt: { f: (x) => x.rsqrt(), range: POSITIVE },
  exp: (x) => x.exp(),
  expm1: (x) => x.expm1(),
  log: { f: (x) => x.log(), range: POSITIVE },
  log1p: { f: (x) => x.log1p(), range: INSIDE },
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  tan: { f: nabla.tan, range: INSIDE },
  asin: { f: nabla.asin, range: INSIDE },
  acos: { f: nabla.acos, range: INSIDE },
  atan: nabla.atan,
  sinh: nabla.sinh,
  cosh: nabla.cosh,
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  erf: (x) => x.erf(),
  inverseErf: { f: nabla.inverseErf, range: INSIDE, order: 1 },
  relu: (x) => x.relu(),
  leakyRelu: (x) => nabla.leakyRelu(x),
  elu: (x) => nabla.elu(x),
  selu: nabla.selu,
  gelu: (x) => nabla.gelu(x),
  geluTanh: (x) => nabla.gelu(x, { approximate: true }),
  silu: nabla.silu,
  mish: nabla.mish,
  hardswish: nabla.hardswish,
  hardsigmoid: nabla.hardsigmoid,
  softplus: nabla.softplus,
  softsign: nabla.softsign,
  logSigmoid: nabla.logSigmoid,
  clip: (x) => nabla.clip(x, -1, 1.5),
  powNumber: { f: (x) => x.pow(2.5), range: POSITIVE },
  square3: (x) => x.pow(3),
  isNan: { f: (x) => nabla.isNan(x).cast("float32"), order: 0 },
  where: (x) => nabla.where(x.greater(0), x.square(), x.exp()),
  flip: (x) => x.flip(),
  flatten: (x) => x.flatten(),
  squeeze: (x) => x.squeeze(),
  unsqueeze: (x) => x.unsqueeze(-1),
  sumAll: (x) => x.sum(),
  meanAll: (x) => x.square().mean(),
  normAll: { f: (x) => nabla.norm(x), range: POSITIVE },
  detach: { f: (x) => x.detach().mul(x), order: 0 },
};

/** Functions of two tensors, broadcast. */
const BINARY: Readonly<Record<string, Entry>> = {
  add: (a, b) => a!.add(b!),
  sub: (a, b) => a!.sub(b!),
  mul: (a, b) => a!.mul(b!),
  div: { f: (a, b) => a!.div(b!), range: POSITIVE },
  pow: { f: (a, b) => a!.pow(b!), range: POSITIVE },
  maximum: (a, b) => a!.maximum(b!),
  minimum: (a, b) => a!.minimum(b!),
  atan2: { f: (a, b) => nabla.atan2(a!, b!), range: POSITIVE },
  less: { f: (a, b) => a!.less(b!).cast("float32"), order: 0 },
  greaterEqual: { f: (a, b) => a!.greaterEqual(b!).cast("float32"), order: 0 },
  equal: { f: (a, b) => a!.equal(b!).cast("float32"), order: 0 },
  where: (a, b) => nabla.where(a!.greater(b!), a!.square(), b!),
};
const PAIRS: readonly (readonly [Shape, Shape])[] = [
  [[], [2, 3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[1], [2, 0]],
  [
    [3, 1],
    [1, 2],
  ],
];

/** Folds over axes; true where they fold nothing to a number too. */
const FOLDS: Readonly<
  Record<string, readonly [(x: Tensor, axes?: number | number[], keepDims?: boolean) => Tensor, boolean]>
> = {
  sum: [(x, axes, keepDims = false) => x.sum(axes, { keepDims }), true],
  mean: [(x, axes, keepDims = false) => x.mean(axes, { keepDims }), false],
  prod: [(x, axes, keepDims = false) => nabla.prod(x, axes, { keepDims }), true],
  max: [(x, axes, keepDims = false) => x.max(axes, { keepDims }), false],
  min: [(x, axes, keepDims = false) => x.min(axes, { keepDims }), false],
  variance: [(x, axes, keepDims = false) => nabla.variance(x, axes, { keepDims, correction: 0 }), false],
  std: [(x, axes, keepDims = false) => nabla.std(x, axes, { keepDims, correction: 0 }), false],
  logsumexp: [
    (x, axes, keepDims = false) => nabla.logsumexp(x, axes ?? [...x.shape.keys()], { keepDims }),
    true,
  ],
  norm: [(x, axes, keepDims = false) => nabla.norm(x, axes, { keepDims }), true],
};
const AXES = [undefined, 0, -1, [0, -1], [-2], []] as const;

/** Functions of shapes of their own. */
const OTHERS: readonly (readonly [name: string, shapes: string, Entry])[] = [
  ["argmax", "2 1 3", { f: (x) => x!.argmax(-1).cast("float32"), order: 0 }],
  ["argmin", "2 3", { f: (x) => x!.argmin(null).cast("float32"), order: 0 }],
  ["softmax", "2 1 3", (x) => nabla.softmax(x!, -1)],
  ["softmax of one", "2 1", (x) => nabla.softmax(x!, -1).add(x!)],
  ["softmax of none", "0 3", (x) => nabla.softmax(x!, -1)],
  ["logSoftmax", "3 2", (x) => nabla.logSoftmax(x!, 0)],
  ["cumsum", "2 3", (x) => nabla.cumsum(x!, -1).square()],
  ["cumsum of none", "2 0", (x) => nabla.cumsum(x!, -1)],
  ["reshape", "2 3", (x) => x!.reshape(3, -1).square()],
  ["permute", "2 1 3", (x) => x!.permute(-1, 0, 1).square()],
  ["transpose", "2 0 3", (x) => x!.transpose(-1, 0)],
  ["broadcastTo", "1 3", (x) => x!.broadcastTo(2, 2, 3).square()],
  ["squeeze", "1 3 1", (x) => x!.squeeze([0, -1]).square()],
  ["slice with steps", "5 4", (x) => x!.slice([-5, 5, 2], [0, 4, 3]).square()],
  ["slice of none", "5 2", (x) => x!.slice([2, 2])],
  [
    "pad",
    "2 1",
    (x) =>
      nabla
        .pad(x!, [
          [1, 0],
          [0, 2],
        ])
        .square(),
  ],
  [
    "pad reflect",
    "1 3",
    (x) =>
      nabla
        .pad(
          x!,
          [
            [0, 0],
            [2, 1],
          ],
          { mode: "reflect" },
        )
        .square(),
  ],
  [
    "pad replicate",
    "1 1",
    (x) =>
      nabla
        .pad(
          x!,
          [
            [1, 1],
            [0, 2],
          ],
          { mode: "replicate" },
        )
        .square(),
  ],
  ["concat", "2 0, 2 3", (a, b) => nabla.concat([a!, b!], -1).square()],
  ["stack", "2 1, 2 1", (a, b) => nabla.stack([a!, b!], -1).square()],
  ["split", "4 1", (x) => nabla.split(x!, [1, 3], 0)[1]!.square()],
  ["flip", "2 1 3", (x) => x!.flip(-1).square()],
  ["roll", "1 4", (x) => nabla.roll(x!, -5, -1).square()],
  ["tile", "1 2", (x) => nabla.tile(x!, [2, 1, 2]).square()],
  ["repeat", "2 1", (x) => nabla.repeat(x!, 2, -1).square()],
  ["take", "3 2", (x) => x!.take(tensor([2, 2, 0], { dtype: "int32" })).square()],
  ["take of none", "3 2", (x) => x!.take(tensor(new Int32Array(0)))],
  ["gatherAlong", "2 3", (x) => nabla.gatherAlong(x!, tensor([[2], [0]], { dtype: "int32" }), -1).square()],
  [
    "scatterAlong",
    "2 2",
    (x) =>
      nabla
        .scatterAlong(
          x!,
          tensor(
            [
              [2, 2],
              [0, 1],
            ],
            { dtype: "int32" },
          ),
          4,
          -1,
        )
        .square(),
  ],
  ["topK", "2 4", (x) => nabla.topK(x!, 2).values.square()],
  ["sort", "1 3", (x) => nabla.sort(x!, { axis: -1 }).values.square()],
  ["sort of one", "3 1", (x) => nabla.sort(x!).values.square()],
  ["matmul", "2 3, 3 2", (a, b) => a!.matmul(b!)],
  ["matmul of vectors", "3, 3", (a, b) => a!.matmul(b!)],
  ["matmul, batched and broadcast", "2 1 1 3, 2 3 2", (a, b) => a!.matmul(b!)],
  ["matmul over nothing", "2 0, 0 3", (a, b) => a!.matmul(b!)],
  ["matmul of nothing", "0 2, 2 3", (a, b) => a!.matmul(b!)],
  ["einsum", "2 3, 3 2", (a, b) => nabla.einsum("ij,jk->ki", a!, b!)],
  ["einsum, diagonal", "3 3", (a) => nabla.einsum("ii->", a!).square()],
  ["conv2d", "1 2 4 3, 2 2 3 2", (x, w) => nabla.conv2d(x!, w!, { padding: 1, stride: 2 })],
  [
    "conv2d, depthwise, dilated",
    "2 2 5 4, 4 1 2 2",
    (x, w) => nabla.conv2d(x!, w!, { groups: 2, dilation: 2 }),
  ],
  ["conv2d of a pixel", "2 1 1 1, 3 1 1 1", (x, w) => nabla.conv2d(x!, w!)],
  ["convTranspose2d", "1 2 2 3, 2 1 3 2", (x, w) => nabla.convTranspose2d(x!, w!, { stride: 2, padding: 1 })],
  ["conv1d", "1 2 5, 1 2 3", (x, w) => nabla.conv1d(x!, w!, { padding: 1, stride: 2 })],
  ["maxPool2d", "1 1 4 5", (x) => nabla.maxPool2d(x!, 3, { stride: 2, padding: 1, ceilMode: true }).square()],
  [
    "avgPool2d",
    "1 1 4 5",
    (x) => nabla.avgPool2d(x!, 3, { stride: 2, padding: 1, countPadding: false }).square(),
  ],
  ["adaptiveAvgPool2d", "1 1 4 5", (x) => nabla.adaptiveAvgPool2d(x!, [3, 1]).square()],
  ["adaptiveMaxPool2d", "1 1 4 5", (x) => nabla.adaptiveMaxPool2d(x!, [1, 2]).square()],
  ["unfold", "1 1 3 3", (x) => nabla.unfold(x!, 2).square()],
  ["resize nearest", "1 1 2 3", (x) => nabla.resize(x!, [3, 1], { mode: "nearest" }).square()],
  ["resize bilinear", "1 1 2 3", (x) => nabla.resize(x!, [5, 2]).square()],
  [
    "gridSample",
    "1 1 3 3, 1 2 2 2",
    { f: (x, grid) => nabla.gridSample(x!, grid!.mul(0.4).add(0.05)), order: 1 },
  ],
  ["affineGrid", "1 2 3", (theta) => nabla.affineGrid(theta!, [2, 3]).square()],
  ["oneHot", "2", { f: (x) => nabla.oneHot(x!.abs().floor().cast("int32"), 3), order: 0 }],
  ["tril", "3 2", (x) => nabla.tril(x!).square()],
  ["diagonal", "2 3", (x) => nabla.diagonal(x!).square()],
];

const plain = (entry: Entry): Pick<Case, "f" | "range" | "order"> =>
  typeof entry === "function" ? { f: entry } : entry;

function* casesOf(): Generator<Case> {
  for (const [name, entry] of Object.entries(UNARY)) {
    for (const shape of SHAPES) yield { name: `${name} [${shape}]`, shapes: [shape], ...plain(entry) };
  }
  for (const [name, entry] of Object.entries(BINARY)) {
    for (const shapes of PAIRS)
      yield { name: `${name} [${shapes[0]}] [${shapes[1]}]`, shapes, ...plain(entry) };
  }
  for (const [name, [fold, takesNothing]] of Object.entries(FOLDS)) {
    for (const axes of AXES) {
      for (const keepDims of [false, true]) {
        const f: F = (x) => fold(x!, axes as number | number[] | undefined, keepDims).square();
        for (const shape of [[2, 3, 2], [1, 3, 1], ...(takesNothing ? [[2, 0, 3]] : [])]) {
          yield {
            name: `${name} [${shape}] over ${JSON.stringify(axes)} ${keepDims}`,
            shapes: [shape],
            f,
            range: POSITIVE,
          };
        }
      }
    }
  }
  for (const [name, text, entry] of OTHERS) {
    yield { name, shapes: text.split(", ").map((shape) => shape.split(" ").map(Number)), ...plain(entry) };
  }
}
const cases = [...casesOf()];

const inputsOf = ({ shapes, range = [-2, 2], name }: Case): Float64Array[] => {
  const random = new RandomStream([...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0));
  return shapes.map((shape) =>
    Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(...range))),
  );
};

/** Σ y · weights, the weights as good as random. */
const weigh = (y: Tensor): Tensor =>
  y
    .mul(
      tensor(
        Float64Array.from({ length: y.size }, (_, i) => Math.cos(3 * i + 1)),
        { shape: y.shape },
      ),
    )
    .sum();
const total = (values: readonly Tensor[]): Tensor => values.map(weigh).reduce((sum, value) => sum.add(value));

/** Value, and derivatives up to the case's order: of the weighted sum, then of that of its gradients. */
function derivatives({ f, shapes, order = 2 }: Case, data: readonly Float64Array[]): Tensor[][] {
  const x = data.map((values, i) => tensor(values, { shape: shapes[i]! }));
  const y = f(...x);
  if (order === 0) return [[y]];
  const first = gradients(weigh(y), x);
  return order === 1 ? [[y], first] : [[y], first, gradients(total(first), x)];
}

const readAll = (values: readonly (readonly Tensor[])[]) =>
  Promise.all(values.map((list) => Promise.all(list.map(async (x) => Float64Array.from(await x.data())))));

describe("on the reference device", () => {
  it.each(cases.filter(({ order }) => order !== 0))(
    "derivatives of $name are the differences of values",
    async (one) => {
      setDevice(await deviceOf("reference"));
      const data = inputsOf(one);
      const [, ...wanted] = await readAll(derivatives(one, data));
      for (const [order, slopes] of wanted.entries()) {
        // Values of the sum whose gradient this is, moved along each element.
        const at = async (moved: readonly Float64Array[]) => total(derivatives(one, moved)[order]!).item();
        for (const [k, slope] of slopes.entries()) {
          for (const [i, analytic] of slope.entries()) {
            const move = (h: number) =>
              data.map((values, j) => (j === k ? values.with(i, values[i]! + h) : values));
            const numeric = ((await at(move(1e-5))) - (await at(move(-1e-5)))) / 2e-5;
            const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(numeric));
            expect(
              error,
              `order ${order + 1}, input ${k}, element ${i}: ${analytic}, ${numeric}`,
            ).toBeLessThan(1e-6);
          }
        }
      }
    },
  );
});

describe.each(deviceNames.filter((name) => name !== "reference"))("on %s", (device) => {
  it.each(cases)("$name is as on the reference device", async (one) => {
    const data = inputsOf(one);
    setDevice(await deviceOf("reference"));
    const exact = derivatives(one, data);
    const wanted = await readAll(exact);
    setDevice(await deviceOf(device));
    const given = derivatives(one, data);
    expect(given.map((list) => list.map(({ shape }) => shape))).toEqual(
      exact.map((list) => list.map(({ shape }) => shape)),
    );
    for (const [order, list] of (await readAll(given)).entries()) {
      for (const [k, values] of list.entries()) {
        expectClose(values, wanted[order]![k]!, 2e-5 * 5 ** order, `order ${order}, input ${k}`);
      }
    }
  });
});

it("a layer takes an empty batch and one of one", async () => {
  setDevice(await deviceOf("native"));
  const net = nabla.initialize(linear(2), [3]);
  for (const count of [0, 1]) {
    expect(nabla.nn.apply(net, tensor(new Float32Array(3 * count), { shape: [count, 3] })).shape).toEqual([
      count,
      2,
    ]);
  }
});

describe("random tensors", () => {
  const draws: Readonly<Record<string, (generator: nabla.Generator, shape: Shape) => Tensor>> = {
    uniform: (generator, shape) => generator.uniform(shape, -1, 2),
    normal: (generator, shape) => generator.normal(shape, 3, 0.5),
    truncatedNormal: (generator, shape) => generator.truncatedNormal(shape),
    randint: (generator, shape) => generator.randint(shape, -2, 3),
    bernoulli: (generator, shape) => generator.bernoulli(shape, 0.3),
    permutation: (generator, shape) => generator.permutation(sizeOf(shape)),
  };
  const ranges: Readonly<Record<string, readonly [number, number]>> = {
    ...{ uniform: [-1, 2], normal: [0, 6], truncatedNormal: [-2, 2], randint: [-2, 2], bernoulli: [0, 1] },
    permutation: [0, 11],
  };
  it.each(Object.keys(draws))(
    "%s has any shape, is within its range and the same on every device",
    async (name) => {
      for (const shape of SHAPES) {
        const drawn: number[][] = [];
        for (const device of deviceNames) {
          setDevice(await deviceOf(device));
          const x = draws[name]!(new nabla.Generator(7), shape);
          expect(x.size).toBe(sizeOf(shape));
          drawn.push([...(await x.data())]);
        }
        const [exact, ...others] = drawn as [number[], ...number[][]];
        const [least, most] = ranges[name]!;
        expect(exact.every((value) => value >= least && value <= most)).toBe(true);
        for (const other of others) {
          expectClose(Float64Array.from(other), Float64Array.from(exact), 1e-5, `${name} ${shape}`);
        }
        if (name === "permutation") expect(exact.toSorted((a, b) => a - b)).toEqual([...exact.keys()]);
      }
    },
  );
});
