// What the C kernels are told, before it is written in words: kernel calls and the vector programs of map blocks.
// Knows no numbers: kernels, fields and opcodes go by their names.
import type { DType } from "../../base/dtype.ts";

/** An array a map block reads or writes: strides in elements, one per dim of the block. */
export interface Operand {
  address: number;
  dtype: DType;
  strides: readonly number[];
}

/** One vector operation on registers; `immediate` is the constant of `const` and `iconst`, `a` the dim of `index`. */
export interface Micro {
  opcode: string;
  dst: number;
  a?: number;
  b?: number;
  c?: number;
  immediate?: number;
}

/** A vector program over the index space `dims` (at most 6); input k starts in register k. */
export interface MapBlock {
  dims: readonly number[];
  inputs: readonly Operand[];
  outputs: readonly (Operand & { register: number })[];
  micros: readonly Micro[];
  registers: number;
}

/** One kernel call: every argument of the kernel by name, and the map block where it takes one. */
export interface Instruction {
  kernel: string;
  args?: Readonly<Record<string, number>>;
  map?: MapBlock;
}
