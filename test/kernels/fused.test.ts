// Every map program that is compiled whole against the interpreter of micro-operations, on rows of all lengths.
import { expect, it } from "vitest";
import { programText } from "../../src/device/cpu/fused.ts";
import type { MapBlock, Micro } from "../../src/device/cpu/instruction.ts";
import { onEveryHost } from "./hosts.ts";
import { numbers, operand, type Rig, stridesOf } from "./rig.ts";

const SHAPES = [[1], [7], [16], [19], [100], [40_000], [5, 16], [9, 50], [300, 17], [2, 3, 33], [3, 70, 64]];

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
 * The program over `dims`. Every second input that has lanes repeats one row; where it doesn't, rows are apart, as in a part of
 * a larger array.
 */
function blockOf(rig: Rig, text: string, dims: readonly number[]) {
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
        numbers(apart[0]! * dims[0]! + dims[last]!, 0.1, 1, k + 1),
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

onEveryHost("programs compiled whole", (rig) => {
  it("compute what the interpreter computes", async () => {
    const { layout } = rig().host;
    expect(layout.fused.size).toBeGreaterThan(10);
    for (const text of layout.fused.keys()) {
      for (const dims of SHAPES) {
        rig().clear();
        const { block, out } = blockOf(rig(), text, dims);
        expect(programText(block)).toBe(text);
        await rig().run([{ kernel: "map", map: block }], 1, { ...layout, fused: new Map() });
        const expected = out.map((array) => rig().get(array));
        for (const { address, length } of out) rig().host.write(address, new Float32Array(length).fill(7));
        await rig().run([{ kernel: "map", map: block }]);
        out.forEach((array, i) => {
          const got = Array.from(rig().get(array));
          const gap = got.reduce((most, value, k) => {
            const right = expected[i]![k]!;
            return Math.max(
              most,
              value === right ? 0 : Math.abs(value - right) / Math.max(1, Math.abs(right)),
            );
          }, 0);
          if (!(gap < 1e-6)) expect.fail(`${text} over [${dims}]: output ${i} is off by ${gap}`);
        });
      }
    }
  });
});
