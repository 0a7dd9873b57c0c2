// The reduce kernel against a plain evaluation in double: every operation, every set of dims, long and short sums.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Instruction } from "../../src/device/cpu/instruction.ts";
import { onEveryHost } from "./hosts.ts";
import { type DeviceArray, forEachIndex, numbers, offsetOf, operand, type Rig, stridesOf } from "./rig.ts";

const SUM = 0;
const MAX = 1;
const MIN = 2;
const PROD = 3;
const ARGMAX = 4;
const ARGMIN = 5;

/** Strides of the result: dense over the kept dims, 0 along the reduced ones. */
function keptStrides(dims: readonly number[], reduced: number): { strides: number[]; length: number } {
  const shape = dims.map((size, k) => ((reduced >> k) & 1 ? 1 : size));
  const strides = stridesOf(shape).map((stride, k) => ((reduced >> k) & 1 ? 0 : stride));
  return { strides, length: shape.reduce((a, b) => a * b, 1) };
}

interface Problem {
  dims: readonly number[];
  op: number;
  reduced: number;
  scale?: number;
  strides?: number[];
  square?: boolean;
}

function reduction(
  x: DeviceArray,
  out: DeviceArray,
  { dims, op, reduced, scale = 1, strides, square }: Problem,
): Instruction {
  return {
    kernel: "reduce",
    args: { op, reduced, scale },
    map: {
      dims,
      inputs: [operand(x, dims, strides)],
      outputs: [{ ...operand(out, dims, keptStrides(dims, reduced).strides), register: square ? 1 : 0 }],
      micros: square ? [{ opcode: "square", dst: 1, a: 0 }] : [],
      registers: square ? 2 : 1,
    },
  };
}

function fold(op: number, best: number, x: number): number {
  if (op === SUM) return best + x;
  if (op === PROD) return best * x;
  if (Number.isNaN(best) || Number.isNaN(x)) return Number.NaN;
  return op === MAX || op === ARGMAX ? Math.max(best, x) : Math.min(best, x);
}
const identity = (op: number) => [0, -Infinity, Infinity, 1, -Infinity, Infinity][op]!;

function expected(
  values: ArrayLike<number>,
  { dims, op, reduced, scale = 1, strides = stridesOf(dims), square }: Problem,
): number[] {
  const kept = keptStrides(dims, reduced);
  const results = Array<number>(kept.length).fill(identity(op));
  const winners = Array<number>(kept.length).fill(0);
  const along = dims.findIndex((_, k) => (reduced >> k) & 1);
  forEachIndex(dims, (at) => {
    const raw = values[offsetOf(at, strides)]!;
    const slot = offsetOf(at, kept.strides);
    const next = fold(op, results[slot]!, square ? raw * raw : raw);
    if (op >= ARGMAX && !Object.is(next, results[slot])) winners[slot] = at[along]!;
    results[slot] = next;
  });
  return op >= ARGMAX ? winners : op === SUM ? results.map((r) => r * scale) : results;
}

async function check(rig: Rig, values: ArrayLike<number>, problem: Problem, tolerance = 1e-5): Promise<void> {
  const x = rig.put("float32", values);
  const isIndex = problem.op >= ARGMAX;
  const out = rig.blank(isIndex ? "int32" : "float32", keptStrides(problem.dims, problem.reduced).length);
  await rig.run([reduction(x, out, problem)]);
  const got = rig.get(out);
  expected(rig.get(x), problem).forEach((want, i) => {
    const why = () => `${JSON.stringify(problem)} at ${i}: ${got[i]} instead of ${want}`;
    if (Number.isNaN(want) || !Number.isFinite(want)) expect(got[i], why()).toBe(want);
    else if (!(Math.abs(got[i]! - want) <= tolerance * Math.max(1, Math.abs(want)))) expect.fail(why());
  });
}

const shape = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
  fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 })).map((pair) => [...pair]),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 500, max: 9000 })).map((pair) => [...pair]),
  fc.tuple(fc.integer({ min: 300, max: 3000 }), fc.integer({ min: 1, max: 33 })).map((pair) => [...pair]),
);

onEveryHost("reduce", (rig) => {
  it("agrees with a plain evaluation on random shapes, dims and operations", async () => {
    const problems = shape.chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        op: fc.integer({ min: SUM, max: PROD }),
        reduced: fc.integer({ min: 1, max: 2 ** dims.length - 1 }),
        square: fc.boolean(),
      }),
    );
    const property = fc.asyncProperty(problems, async (problem) => {
      rig().clear();
      const total = problem.dims.reduce((a, b) => a * b, 1);
      const spread = problem.op === PROD ? numbers(total, 0.98, 1.02) : numbers(total, -2, 2);
      await check(rig(), spread, problem, problem.op === PROD ? 1e-3 : 1e-5 * Math.sqrt(total));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("finds the first greatest and least along one dim", async () => {
    for (const dims of [
      [5, 10],
      [64, 1000],
      [3, 4, 5],
      [2000, 3],
      [1, 5000],
    ])
      for (let k = 0; k < dims.length; k++)
        for (const op of [ARGMAX, ARGMIN]) {
          rig().clear();
          const total = dims.reduce((a, b) => a * b, 1);
          await check(rig(), numbers(total, 0, 50, k + 1).map(Math.floor), { dims, op, reduced: 1 << k });
        }
  });

  it("lets NaN through and prefers it in argmax", async () => {
    for (const dims of [
      [4, 10],
      [4, 3000],
    ]) {
      const values = numbers(dims[0]! * dims[1]!, -1, 1);
      values[dims[1]! + 7] = Number.NaN;
      values[dims[1]! + 9] = Number.NaN;
      for (const op of [SUM, MAX, MIN, ARGMAX, ARGMIN]) await check(rig(), values, { dims, op, reduced: 2 });
      for (const op of [SUM, MAX, MIN, ARGMAX, ARGMIN]) await check(rig(), values, { dims, op, reduced: 1 });
    }
  });

  it("gives the neutral element where nothing is reduced", async () => {
    for (const op of [SUM, MAX, MIN, PROD]) {
      await check(rig(), [], { dims: [3, 0], op, reduced: 2 });
      await check(rig(), [], { dims: [0, 3], op, reduced: 1 });
      await check(rig(), [], { dims: [0], op, reduced: 1 });
    }
  });

  it("sums a million numbers to a relative error of 1e-6", async () => {
    const values = numbers(1_000_000, 0, 1);
    await check(rig(), values, { dims: [1_000_000], op: SUM, reduced: 1 }, 1e-6);
    await check(rig(), values, { dims: [1_000_000], op: SUM, reduced: 1, scale: 1e-6 }, 1e-6);
    await check(rig(), values, { dims: [10_000, 100], op: SUM, reduced: 1 }, 1e-6);
    await check(rig(), values, { dims: [100, 10_000], op: SUM, reduced: 1 }, 1e-6);
    await check(rig(), values, { dims: [100, 100, 100], op: SUM, reduced: 0b101 }, 1e-6);
    await check(rig(), values, { dims: [1_000_000, 1], op: SUM, reduced: 1 }, 1e-6);
  });

  it("reads transposed and broadcast inputs", async () => {
    const dims = [37, 21, 5];
    const values = numbers(37 * 21 * 5, -1, 1);
    for (let reduced = 1; reduced < 8; reduced++) {
      await check(rig(), values, { dims, op: SUM, reduced, strides: [1, 37, 777] }, 1e-4);
      await check(rig(), values, { dims, op: SUM, reduced, strides: [5, 0, 1] }, 1e-4);
    }
  });

  it("sums whole numbers exactly where the result is int32", async () => {
    const values = numbers(60_000, 0, 250).map(Math.floor);
    const x = rig().put("uint8", values);
    const [total, columns] = [rig().blank("int32", 1), rig().blank("int32", 10)];
    const along = (out: DeviceArray, dims: number[], reduced: number) =>
      reduction(x, out, { dims, op: SUM, reduced });
    await rig().run([along(total, [60_000], 1), along(columns, [6000, 10], 1)]);
    expect(rig().get(total)[0]).toBe(values.reduce((a, b) => a + b, 0));
    const sums = Array.from({ length: 10 }, (_, c) =>
      values.reduce((s, v, i) => (i % 10 === c ? s + v : s), 0),
    );
    expect(Array.from(rig().get(columns))).toEqual(sums);
  });
});
