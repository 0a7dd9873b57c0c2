// Sorting, picking and running sums on the kernels: what samples do not reach — NaN, ties, long lines, threads.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../base/random.ts";
import { openDevice, setDevice } from "../device/current.ts";
import type { Device } from "../device/device.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { argsort, cumsum, gatherAlong, scatterAlong, sort, topK } from "./along.ts";
import { arange, tensor } from "./create.ts";
import { gradients } from "./gradients.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

// On long arrays toEqual takes seconds.
const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

describe.each(["reference", "native", "wasm"] as const)("on %s", (name) => {
  let device: Device;
  beforeAll(async () => {
    device = name === "reference" ? new ReferenceDevice() : await openDevice(name, { threads: 2 });
    setDevice(device);
  });
  afterAll(() => device.close());

  it("orders NaN after every number, −0 as 0, and equal elements as they came", async () => {
    const x = tensor([nan, 1, -infinity, 0, -0, infinity, 1, nan, -2]);
    expect(await argsort(x).toArray()).toEqual([2, 8, 3, 4, 1, 6, 5, 0, 7]);
    expect(await argsort(x, { descending: true }).toArray()).toEqual([0, 7, 5, 1, 6, 3, 4, 8, 2]);
    expect(await topK(x, 3, { largest: false }).values.toArray()).toEqual([-infinity, -2, 0]);
  });

  it("sorts int32 of every size", async () => {
    const x = tensor([3, -(2 ** 31), 2 ** 31 - 1, -1, 0], { dtype: "int32" });
    expect(await sort(x).values.toArray()).toEqual([-(2 ** 31), -1, 0, 3, 2 ** 31 - 1]);
  });

  it("sorts lines longer than one thread's scratch, along an axis that is not the last", async () => {
    const random = new RandomStream(3);
    const length = 140_000;
    const numbers = Float32Array.from({ length: 2 * length }, () => Math.fround(random.uniform(-1, 1)));
    const { values, indices } = sort(tensor(numbers, { shape: [length, 2] }), { axis: 0 });
    const [sorted, places] = [await values.data(), await indices.data()];
    for (const column of [0, 1]) {
      const at = (_: unknown, i: number) => i % 2 === column;
      const wanted = numbers.filter(at).sort();
      const picked = Float32Array.from(places.filter(at), (place) => numbers[2 * place + column]!);
      expect(sameBits(Float32Array.from(sorted.filter(at)), wanted)).toBe(true);
      expect(sameBits(picked, wanted)).toBe(true);
      expect(new Set(places.filter(at)).size).toBe(length);
    }
  });

  it("sends gradients of the k largest back to their places", async () => {
    const x = tensor([
      [3, 1, 2],
      [1, 5, 4],
    ]);
    const weighted = topK(x, 2)
      .values.mul(tensor([10, 1]))
      .sum();
    expect(await gradients(weighted, x).toArray()).toEqual([
      [10, 0, 1],
      [0, 10, 1],
    ]);
  });

  it("gives empty results for empty lines and none kept", async () => {
    expect(await topK(tensor([1, 2]), 0).values.toArray()).toEqual([]);
    expect(await cumsum(tensor([], { shape: [2, 0] })).shape).toEqual([2, 0]);
    const nothing = tensor([], { shape: [2, 0] });
    const places = tensor([], { shape: [2, 0], dtype: "int32" });
    expect(await scatterAlong(nothing, places, 2).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("says which axes differ, and how much may be kept", () => {
    const x = tensor([[1, 2, 3]]);
    expect(() => topK(x, 4)).toThrow(/topK: k 4 must be a whole number from 0 to the axis's size 3/);
    expect(() => gatherAlong(x, arange(2))).toThrow(
      /indices \[2\] and x \[1, 3\] must agree in every axis but 1/,
    );
    expect(() => gatherAlong(x, x)).toThrow(/indices must be int32, not float32/);
    expect(() => cumsum(x, 2)).toThrow(/cumsum: axis 2 does not exist in rank 2/);
  });
});

it("running sums and sums by index have the same bits on any number of threads", async () => {
  const random = new RandomStream(5);
  const numbers = Float32Array.from({ length: 300 * 700 }, () => random.uniform(-1, 1));
  const places = Int32Array.from({ length: 300 * 700 }, () => random.integer(40));
  const results: Float32Array[] = [];
  for (const threads of [1, 4]) {
    const device = await openDevice("native", { threads });
    setDevice(device);
    const x = tensor(numbers, { shape: [300, 700] });
    const indices = tensor(places, { shape: [300, 700] });
    for (const y of [
      cumsum(x, 0),
      cumsum(x, 1),
      scatterAlong(x, indices, 40, 0),
      scatterAlong(x, indices, 40, 1),
    ])
      results.push(Float32Array.from(await y.data()));
    await device.close();
  }
  for (let i = 0; i < 4; i++) expect(sameBits(results[i]!, results[i + 4]!)).toBe(true);
});
