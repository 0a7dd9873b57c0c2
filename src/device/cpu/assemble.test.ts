// The assembler against a small made-up layout: every word where its field says, and an error for every slip.
import { describe, expect, it } from "vitest";
import { assemble } from "./assemble.ts";
import type { Instruction, MapBlock } from "./instruction.ts";
import { parseLayout } from "./layout.ts";

const layout = parseLayout(`interface 12ab
dtypes float32 int32 uint8 bool
opcodes const add
map rank dim0 dim1 dim2 dim3 dim4 dim5 inputs outputs micros registers
operand address dtype reg stride0 stride1 stride2 stride3 stride4 stride5
micro opcode dst a b c
reals scale
registers 8
operands 4
kernel 1 map
kernel 1 fold scale op
kernel 0 copy x bytes
`);

const block: MapBlock = {
  dims: [3, 5],
  inputs: [{ address: 4096, dtype: "uint8", strides: [5, 1] }],
  outputs: [{ address: 2 ** 40, dtype: "float32", strides: [1, 3], register: 2 }],
  micros: [
    { opcode: "const", dst: 1, immediate: 0.1 },
    { opcode: "add", dst: 2, a: 1, b: 0 },
  ],
  registers: 3,
};

const assembled = (...instructions: Instruction[]) => assemble(layout, instructions);

describe("parseLayout", () => {
  it("numbers kernels, opcodes and dtypes in the order listed", () => {
    expect(layout.kernels.get("copy")).toEqual({ id: 2, fields: ["x", "bytes"], hasMap: false });
    expect(layout.opcodes.get("add")).toBe(1);
    expect(layout.interface).toBe("12ab");
    expect(layout.dtypes.get("bool")).toBe(3);
    expect([layout.maxRegisters, layout.maxOperands]).toEqual([8, 4]);
  });

  it("misses a list that is not there", () => {
    expect(() => parseLayout("dtypes float32\n")).toThrow('Bug: the kernels do not describe "opcodes"');
  });
});

describe("assemble", () => {
  it("puts arguments in the layout's order, reals as the bits of a double", () => {
    const words = assembled(
      { kernel: "copy", args: { bytes: 7, x: 2 ** 50 } },
      { kernel: "fold", args: { op: 3, scale: 0.25 } },
    );
    expect([...words.slice(0, 4)]).toEqual([2n, 4n, 2n ** 50n, 7n]);
    expect(new Float64Array(words.buffer)[6]).toBe(0.25);
    expect([words[4], words[5], words[7]]).toEqual([1n, BigInt(words.length - 4), 3n]);
  });

  it("writes a map block: head, operands, micro-operations", () => {
    const words = assembled({ kernel: "map", map: block });
    expect([...words.slice(0, 13)]).toEqual([0n, 43n, 2n, 3n, 5n, 1n, 1n, 1n, 1n, 1n, 1n, 2n, 3n]);
    expect([...words.slice(13, 22)]).toEqual([4096n, 2n, 0n, 5n, 1n, 0n, 0n, 0n, 0n]);
    expect([...words.slice(22, 31)]).toEqual([2n ** 40n, 0n, 2n, 1n, 3n, 0n, 0n, 0n, 0n]);
    expect([...words.slice(31, 36)]).toEqual([0n, 1n, 0n, 0n, 0n]);
    expect(new Float64Array(words.buffer)[36]).toBe(0.1);
    expect([...words.slice(37, 42)]).toEqual([1n, 2n, 1n, 0n, 0n]);
    expect(words.length).toBe(43);
  });

  it("gives a kernel that takes a map block an empty one where there is none", () => {
    const words = assembled({ kernel: "fold", args: { op: 0, scale: 1 } });
    expect([...words.slice(4)]).toEqual([0n, 1n, 1n, 1n, 1n, 1n, 1n, 0n, 0n, 0n, 0n]);
  });

  it("names what is missing, unknown or out of range", () => {
    expect(() => assembled({ kernel: "gemm" })).toThrow('no kernel is called "gemm"');
    expect(() => assembled({ kernel: "copy", args: { x: 1 } })).toThrow('copy lacks "bytes"');
    expect(() => assembled({ kernel: "copy", args: { x: 1, bytes: 1, y: 2 } })).toThrow('copy has no "y"');
    expect(() => assembled({ kernel: "copy", args: { x: 1, bytes: 1 }, map: block })).toThrow(
      "takes no map block",
    );
    expect(() => assembled({ kernel: "copy", args: { x: 0.5, bytes: 1 } })).toThrow(
      "0.5 is not an exact integer",
    );
    const withBlock = (change: Partial<MapBlock>) => () =>
      assembled({ kernel: "map", map: { ...block, ...change } });
    expect(withBlock({ registers: 9 })).toThrow("9 registers, at most 8");
    expect(withBlock({ registers: 2 })).toThrow("register 2 is outside 0…1");
    expect(withBlock({ dims: [1, 2, 3] })).toThrow("strides [5,1] do not fit dims [1,2,3]");
    expect(withBlock({ dims: [1, 1, 1, 1, 1, 1, 1] })).toThrow("7 dims");
    expect(withBlock({ micros: [{ opcode: "sub", dst: 2 }] })).toThrow('no micro-operation is called "sub"');
    expect(withBlock({ inputs: Array(4).fill(block.inputs[0]), registers: 5 })).toThrow(
      "5 operands, at most 4",
    );
  });
});
