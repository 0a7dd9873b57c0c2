// Every map program that is compiled whole against the interpreter of micro-operations, on rows of all lengths.
import { expect, it } from "vitest";
import { programText } from "../../src/device/cpu/fused.ts";
import type { Instruction, MapBlock, Micro } from "../../src/device/cpu/instruction.ts";
import { onEveryHost } from "./hosts.ts";
import { type DeviceArray, numbers, operand, type Rig, stridesOf } from "./rig.ts";

const SHAPES = [
  ...[[1], [7], [16], [19], [100], [40_000]],
  ...[
    [5, 16],
    [9, 50],
    [300, 17],
    [2, 3, 33],
    [3, 70, 64],
    [2, 3, 2, 33],
    [2, 1, 3, 2, 2, 20],
  ],
];

const registersIn = (text: string): number[] => [...text.matchAll(/r(\d+)/g)].map(([, k]) => Number(k));

/** The inputs' kinds, the operations and the outputs' registers of a program's text. */
function partsOf(text: string) {
  const parts = text.match(/\w+\(.*?\)|\w+/g)!;
  const inputs = parts.filter((part) => part === "lanes" || part === "one");
  const operations = parts.filter((part) => part === "const" || part.endsWith(")"));
  return {
    inputs,
    operations,
    outputs: registersIn(parts.slice(inputs.length + operations.length).join(" ")),
  };
}

/**
 * The program over `dims`, of numbers from `low` to 1. Every second input that has lanes repeats one row; where it doesn't,
 * rows are apart, as in a part of a larger array.
 */
function blockOf(rig: Rig, text: string, dims: readonly number[], low: number) {
  const { inputs, operations, outputs } = partsOf(text);
  const total = dims.reduce((product, dim) => product * dim, 1);
  const last = dims.length - 1;
  const apart = stridesOf([...dims.slice(0, -1), dims[last]! + 3]);
  const micros = operations.map((operation, j): Micro => {
    const dst = inputs.length + j;
    if (operation === "const") return { opcode: "const", dst, immediate: 0.3 + j / 8 };
    const sources = registersIn(operation).map((register, i) => ["abc"[i]!, register]);
    return { opcode: operation.replace(/\(.*/, ""), dst, ...Object.fromEntries(sources) };
  });
  const out = outputs.map(() => rig.blank("float32", total));
  const block: MapBlock = {
    dims,
    inputs: inputs.map((kind, k) => {
      const strides = apart.map((stride, d) => (d === last ? Number(kind === "lanes") : k % 2 ? 0 : stride));
      const array = rig.put(
        "float32",
        numbers(apart[0]! * dims[0]! + dims[last]!, low, 1, k + 1),
        4 * (k % 3),
      );
      return { ...operand(array, dims), strides };
    }),
    outputs: outputs.map((register, i) => ({ ...operand(out[i]!, dims), register })),
    micros,
    registers: inputs.length + operations.length,
  };
  return { block, out };
}

/** Fails where `got` is not what was `expected`, but for the rounding of sums that only one of the two fuses. */
function expectAlike(got: ArrayLike<number>, expected: ArrayLike<number>, what: string, most = 1e-6): void {
  Array.from(got).forEach((value, i) => {
    const right = expected[i]!;
    const gap = Object.is(value, right) ? 0 : Math.abs(value - right) / Math.max(1, Math.abs(right));
    if (!(gap < most || value === right)) expect.fail(`${what}: element ${i} is ${value}, not ${right}`);
  });
}

onEveryHost("programs compiled whole", (rig) => {
  const texts = () => [...rig().host.layout.fused.keys()];
  const interpreted = () => ({ ...rig().host.layout, fused: new Map() });

  /** What the outputs are after the instruction, interpreted and compiled whole. */
  async function bothWays(instruction: Instruction, out: readonly DeviceArray[]) {
    await rig().run([instruction], 1, interpreted());
    const expected = out.map((array) => rig().get(array));
    for (const { address, length } of out) rig().host.write(address, new Float32Array(length).fill(7));
    await rig().run([instruction]);
    return out.map((array, i) => ({ got: rig().get(array), expected: expected[i]! }));
  }

  it.each([0.1, -1])("compute what the interpreter computes, of numbers from %d on", async (low) => {
    expect(texts().length).toBeGreaterThan(10);
    for (const text of texts()) {
      for (const dims of SHAPES) {
        rig().clear();
        const { block, out } = blockOf(rig(), text, dims, low);
        expect(programText(block)).toBe(text);
        // A root of a difference magnifies its rounding.
        for (const { got, expected } of await bothWays({ kernel: "map", map: block }, out))
          expectAlike(got, expected, `${text} over [${dims}]`, low < 0 ? 1e-3 : 1e-6);
      }
    }
  });

  it("write over what they read", async () => {
    for (const text of texts()) {
      rig().clear();
      const { block, out } = blockOf(rig(), text, [5003], 0.1);
      const [first] = await bothWays({ kernel: "map", map: block }, out);
      const over = block.inputs.find(({ strides }) => strides[0] === 1);
      if (over === undefined) continue;
      const outputs = block.outputs.map((output, i) =>
        i === 0 ? { ...output, address: over.address } : output,
      );
      await rig().run([{ kernel: "map", map: { ...block, outputs } }]);
      const got = rig().get({ address: over.address, dtype: "float32", length: 5003 });
      expectAlike(got, first!.expected, `${text} in place`);
    }
  });

  it("follow a product of matrices", async () => {
    const [m, n, k] = [70, 50, 20];
    for (const text of texts().filter((each) => each.startsWith("lanes"))) {
      rig().clear();
      const { block, out } = blockOf(rig(), text, [m, n], 0.1);
      const [a, b] = [
        rig().put("float32", numbers(m * k, 0, 1)),
        rig().put("float32", numbers(k * n, 0, 1, 2)),
      ];
      const args = {
        ...{ a: a.address, b: b.address, c: 0, batch: 1, m, n, k, a_batch: 0, a_row: k, a_col: 1 },
        ...{ b_batch: 0, b_row: n, b_col: 1, c_batch: 0, c_row: n },
      };
      const carried = { address: 0, dtype: "float32", strides: [0, 1] } as const;
      const map = { ...block, inputs: [carried, ...block.inputs.slice(1)] };
      for (const { got, expected } of await bothWays({ kernel: "gemm", args, map }, out))
        expectAlike(got, expected, `${text} after a product`);
    }
  });
});
