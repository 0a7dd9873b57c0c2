// gather, scatter_add, zero, copy and the random numbers: indices out of range, duplicates, known answers.
import { expect, it } from "vitest";
import { philox } from "../../src/base/random.ts";
import { onEveryHost } from "./hosts.ts";
import { numbers, type Rig } from "./rig.ts";

const clamp = (index: number, rows: number) => Math.min(Math.max(index, 0), rows - 1);

async function draw(rig: Rig, key: number[], stream: number, step: number, count: number, kind: number) {
  const state = rig.put("int32", [...key, step]);
  const out = rig.blank(kind === 2 ? "int32" : "float32", count);
  await rig.run([
    { kernel: "random", args: { state: state.address, out: out.address, count, stream, kind } },
  ]);
  return rig.get(out);
}

onEveryHost("gather and scatter", (rig) => {
  it("gathers rows and clamps indices", async () => {
    for (const [rows, row] of [
      [10, 1],
      [7, 3],
      [300, 785],
      [1, 4],
    ] as const) {
      const indices = [0, rows - 1, -5, rows + 3, ...numbers(500, 0, rows, 3).map(Math.floor)];
      const table = rig().put("float32", numbers(rows * row, -1, 1));
      const picks = rig().put("int32", indices);
      const out = rig().blank("float32", indices.length * row);
      const args = {
        table: table.address,
        indices: picks.address,
        out: out.address,
        count: indices.length,
        rows,
        row_bytes: row * 4,
      };
      await rig().run([{ kernel: "gather", args }]);
      const [from, to] = [rig().get(table), rig().get(out)];
      indices.forEach((index, i) => {
        const at = clamp(index, rows) * row;
        for (let k = 0; k < row; k++)
          if (to[i * row + k] !== from[at + k]) expect.fail(`row ${index} of ${rows}, element ${k}`);
      });
    }
  });

  it("gathers bytes", async () => {
    const table = rig().put("uint8", numbers(50 * 784, 0, 256).map(Math.floor));
    const picks = rig().put("int32", [49, 0, 7]);
    const out = rig().blank("uint8", 3 * 784);
    const args = {
      table: table.address,
      indices: picks.address,
      out: out.address,
      count: 3,
      rows: 50,
      row_bytes: 784,
    };
    await rig().run([{ kernel: "gather", args }]);
    const from = rig().get(table);
    expect(rig().get(out)).toEqual(
      Uint8Array.from([49, 0, 7].flatMap((r) => [...from.slice(r * 784, (r + 1) * 784)])),
    );
  });

  it("adds rows up where indices repeat, in ascending order", async () => {
    for (const [rows, row, count] of [
      [5, 3, 40],
      [1000, 1, 5000],
      [4, 5000, 60],
      [300, 64, 2000],
    ] as const) {
      const indices = numbers(count, -2, rows + 2, 5).map(Math.floor);
      const x = rig().put("float32", numbers(count * row, -1, 1));
      const picks = rig().put("int32", indices);
      const out = rig().blank("float32", rows * row);
      const args = { x: x.address, indices: picks.address, out: out.address, count, rows, row };
      await rig().run([{ kernel: "scatter_add", args }]);
      const values = rig().get(x);
      const expected = new Float32Array(rows * row);
      indices.forEach((index, i) => {
        for (let k = 0; k < row; k++) expected[clamp(index, rows) * row + k]! += values[i * row + k]!;
      });
      expect(rig().get(out)).toEqual(expected);
    }
  });

  it("zeroes and copies", async () => {
    const n = 3_000_001;
    const x = rig().put(
      "uint8",
      new Uint8Array(n).map((_, i) => i * 7),
    );
    const y = rig().blank("uint8", n + 1);
    await rig().run([{ kernel: "copy", args: { x: x.address, out: y.address, bytes: n } }]);
    const copied = rig().get(y);
    expect(Buffer.compare(copied.subarray(0, n) as Uint8Array, rig().get(x) as Uint8Array)).toBe(0);
    expect(copied[n]).toBe(0x5b);
    await rig().run([{ kernel: "zero", args: { out: y.address, bytes: n } }]);
    const zeroed = rig().get(y) as Uint8Array;
    expect(zeroed.subarray(0, n).every((byte) => byte === 0)).toBe(true);
    expect(zeroed[n]).toBe(0x5b);
  });
});

onEveryHost("random", (rig) => {
  it("draws Philox blocks, each from its own counter", async () => {
    const key = [0xa4093822 | 0, 0x299f31d0];
    const got = await draw(rig(), key, 9, 1234, 70_003, 2);
    for (const block of [0, 1, 17, 4095, 4096, 17_499]) {
      const expected = philox(Uint32Array.of(block, 9, 1234, 0), Uint32Array.from(key));
      expect(Array.from(got.slice(block * 4, block * 4 + 4), (word) => word >>> 0)).toEqual([...expected]);
    }
  });

  it("gives the published answer for counter and key zero", async () => {
    const got = await draw(rig(), [0, 0], 0, 0, 4, 2);
    expect(Array.from(got, (word) => word >>> 0)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it("makes uniform numbers of the upper 24 bits", async () => {
    const [bits, got] = [await draw(rig(), [1, 2], 3, 4, 1000, 2), await draw(rig(), [1, 2], 3, 4, 1000, 0)];
    expect(Array.from(got)).toEqual(Array.from(bits, (word) => (word >>> 8) / 2 ** 24));
  });

  it("makes normal numbers by Box–Muller on pairs", async () => {
    const bits = await draw(rig(), [5, 6], 7, 8, 4000, 2);
    const got = await draw(rig(), [5, 6], 7, 8, 4000, 1);
    for (let i = 0; i < 4000; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(((bits[i]! >>> 8) + 1) / 2 ** 24));
      const angle = (2 * Math.PI * (bits[i + 1]! >>> 8)) / 2 ** 24;
      expect(got[i]).toBeCloseTo(radius * Math.cos(angle), 4);
      expect(got[i + 1]).toBeCloseTo(radius * Math.sin(angle), 4);
    }
  });

  it("has the moments of its distributions", async () => {
    const uniform = await draw(rig(), [11, 0], 0, 0, 400_000, 0);
    const normal = await draw(rig(), [11, 0], 1, 0, 400_000, 1);
    const mean = (values: ArrayLike<number>, of: (x: number) => number) =>
      Array.from(values, of).reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniform, (x) => x)).toBeCloseTo(0.5, 2);
    expect(mean(uniform, (x) => (x - 0.5) ** 2)).toBeCloseTo(1 / 12, 2);
    expect(mean(normal, (x) => x)).toBeCloseTo(0, 1.9);
    expect(mean(normal, (x) => x * x)).toBeCloseTo(1, 1.7);
    expect(mean(normal, (x) => x ** 4)).toBeCloseTo(3, 1);
  });
});
