// The map kernel against a plain evaluation: broadcasts, transposes, every element type, several outputs, in place.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { DType } from "../../src/base/dtype.ts";
import type { MapBlock } from "../../src/device/cpu/instruction.ts";
import { onEveryHost } from "./hosts.ts";
import {
  type DeviceArray,
  forEachIndex,
  numbers,
  offsetOf,
  operand,
  type Rig,
  simpleMap,
  stridesOf,
} from "./rig.ts";

interface Source {
  dtype: DType;
  /** Order in which the dims lie in memory, and which of them are broadcast. */
  order: number[];
  broadcast: boolean[];
}

/** Strides of an array whose dims lie in `order`, slowest first; broadcast dims take no room. */
function stridesFor(
  dims: readonly number[],
  { order, broadcast }: Source,
): { strides: number[]; length: number } {
  const strides = dims.map(() => 0);
  let length = 1;
  for (const k of [...order].reverse()) {
    if (broadcast[k]) continue;
    strides[k] = length;
    length *= dims[k]!;
  }
  return { strides, length };
}

function randomSource(rig: Rig, dims: readonly number[], source: Source, seed: number) {
  const { strides, length } = stridesFor(dims, source);
  const isFloat = source.dtype === "float32";
  const raw = numbers(
    Math.max(length, 1),
    isFloat ? -4 : 0,
    source.dtype === "bool" ? 2 : isFloat ? 4 : 200,
    seed,
  );
  const array = rig.put(source.dtype, isFloat ? raw : raw.map(Math.floor), isFloat ? 4 * (seed % 3) : 0);
  return { array, strides, values: rig.get(array) };
}

const shape = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }),
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 90 })).map((pair) => [...pair]),
  fc.tuple(fc.integer({ min: 1, max: 5000 })).map((one) => [...one]),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 900, max: 2600 })).map((pair) => [...pair]),
);
const sourceOf = (rank: number): fc.Arbitrary<Source> =>
  fc.record({
    dtype: fc.constantFrom<DType>("float32", "float32", "int32", "uint8", "bool"),
    order: fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank }),
    broadcast: fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
  });
const problem = shape.chain((dims) =>
  fc.record({
    dims: fc.constant(dims),
    x: sourceOf(dims.length),
    y: sourceOf(dims.length),
    out: sourceOf(dims.length),
  }),
);

/** x + 2y as float, and whether x < y: two outputs, a constant, conversions where the inputs are whole numbers. */
function sumAndOrder(
  x: MapBlock["inputs"][number],
  y: MapBlock["inputs"][number],
  outputs: MapBlock["outputs"],
  dims: number[],
): MapBlock {
  return {
    dims,
    inputs: [x, y],
    outputs,
    micros: [
      { opcode: x.dtype === "float32" ? "move" : "to_float", dst: 2, a: 0 },
      { opcode: y.dtype === "float32" ? "move" : "to_float", dst: 3, a: 1 },
      { opcode: "const", dst: 4, immediate: 2 },
      { opcode: "fma", dst: 5, a: 3, b: 4, c: 2 },
      { opcode: "lt", dst: 6, a: 2, b: 3 },
    ],
    registers: 7,
  };
}

onEveryHost("map", (rig) => {
  it("agrees with a plain evaluation on random layouts", async () => {
    const property = fc.asyncProperty(problem, async ({ dims, x, y, out }) => {
      rig().clear();
      const [a, b] = [randomSource(rig(), dims, x, 5), randomSource(rig(), dims, y, 7)];
      const total = dims.reduce((p, q) => p * q, 1);
      const turned = stridesFor(dims, { ...out, broadcast: dims.map(() => false) }).strides;
      const sum = rig().blank("float32", total);
      const order = rig().blank("bool", total);
      const block = sumAndOrder(
        operand(a.array, dims, a.strides),
        operand(b.array, dims, b.strides),
        [
          { ...operand(sum, dims), register: 5 },
          { ...operand(order, dims, turned), register: 6 },
        ],
        dims,
      );
      await rig().run([{ kernel: "map", map: block }]);
      const [gotSum, gotOrder] = [rig().get(sum), rig().get(order)];
      const expectedSum = new Float32Array(total);
      const expectedOrder = new Uint8Array(total);
      const dense = stridesOf(dims);
      forEachIndex(dims, (at) => {
        const [p, q] = [a.values[offsetOf(at, a.strides)]!, b.values[offsetOf(at, b.strides)]!];
        expectedSum[offsetOf(at, dense)] = p + 2 * q;
        expectedOrder[offsetOf(at, turned)] = Number(p < q);
      });
      const gaps = expectedSum.map((value, i) => Math.abs(gotSum[i]! - value));
      expect(gaps.every((gap) => gap < 5e-5)).toBe(true);
      expect(gotOrder).toEqual(expectedOrder);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it("turns matrices of every size", async () => {
    for (const [m, n] of [
      [1, 5],
      [16, 16],
      [33, 65],
      [300, 257],
      [1030, 40],
      [7, 2000],
    ] as const) {
      rig().clear();
      const x = rig().put("float32", numbers(m * n, -1, 1));
      const y = rig().blank("float32", m * n);
      const map: MapBlock = {
        dims: [n, m],
        inputs: [operand(x, [n, m], [1, n])],
        outputs: [{ ...operand(y, [n, m]), register: 0 }],
        micros: [],
        registers: 1,
      };
      await rig().run([{ kernel: "map", map }]);
      const [from, to] = [rig().get(x), rig().get(y)];
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          if (to[j * m + i] !== from[i * n + j]) expect.fail(`${m}×${n} at ${i}, ${j}`);
    }
  });

  it("updates in place, also where an old value is read after a new one is known", async () => {
    const n = 40_000;
    const p = rig().put("float32", numbers(n, -1, 1));
    const v = rig().put("float32", numbers(n, -1, 1, 2));
    const [p0, v0] = [rig().get(p), rig().get(v)];
    const map: MapBlock = {
      dims: [n],
      inputs: [operand(p, [n]), operand(v, [n])],
      outputs: [
        { ...operand(p, [n]), register: 2 },
        { ...operand(v, [n]), register: 3 },
      ],
      micros: [
        { opcode: "add", dst: 2, a: 0, b: 1 },
        { opcode: "sub", dst: 3, a: 1, b: 0 }, // reads the old p
      ],
      registers: 4,
    };
    await rig().run([{ kernel: "map", map }]);
    expect(rig().get(p)).toEqual(p0.map((x, i) => Math.fround(x + v0[i]!)));
    expect(rig().get(v)).toEqual(v0.map((x, i) => Math.fround(x - p0[i]!)));
  });

  it("swaps two arrays", async () => {
    const n = 3000;
    const [x, y] = [
      rig().put("int32", numbers(n, 0, 99).map(Math.floor)),
      rig().put("int32", numbers(n, 0, 99, 2).map(Math.floor)),
    ];
    const [x0, y0] = [rig().get(x), rig().get(y)];
    const map: MapBlock = {
      dims: [n],
      inputs: [operand(x, [n]), operand(y, [n])],
      outputs: [
        { ...operand(x, [n]), register: 2 },
        { ...operand(y, [n]), register: 0 },
      ],
      micros: [{ opcode: "move", dst: 2, a: 1 }],
      registers: 3,
    };
    await rig().run([{ kernel: "map", map }]);
    expect([rig().get(x), rig().get(y)]).toEqual([y0, x0]);
  });

  it("knows each element's index along every dim", async () => {
    const dims = [3, 1, 5, 41];
    const outs = dims.map(() => rig().blank("int32", 615));
    const map: MapBlock = {
      dims,
      inputs: [],
      outputs: outs.map((out, k) => ({ ...operand(out, dims), register: k })),
      micros: dims.map((_, k) => ({ opcode: "index", dst: k, a: k })),
      registers: 4,
    };
    await rig().run([{ kernel: "map", map }]);
    const got = outs.map((out) => rig().get(out));
    let n = 0;
    forEachIndex(dims, (at) => {
      expect(got.map((values) => values[n])).toEqual(at);
      n++;
    });
  });

  it("does nothing on an empty index space and handles a single number", async () => {
    const x = rig().put("float32", [3]);
    const y = rig().blank("float32", 1);
    const before = rig().get(y);
    await rig().run([{ kernel: "map", map: { ...simpleMap("square", [x], y), dims: [0] } }]);
    expect(rig().get(y)).toEqual(before);
    const scalar = (array: DeviceArray) => operand(array, [], []);
    const map: MapBlock = {
      dims: [],
      inputs: [scalar(x)],
      outputs: [{ ...scalar(y), register: 1 }],
      micros: [{ opcode: "square", dst: 1, a: 0 }],
      registers: 2,
    };
    await rig().run([{ kernel: "map", map }]);
    expect(rig().get(y)).toEqual(Float32Array.of(9));
  });
});
