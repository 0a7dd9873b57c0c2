// What the kernel tests share: the hosts under test, a bump allocator over device memory, and a reference evaluation
// of map blocks in plain TypeScript. Knows nothing of tensors.
import type { DType, TypedArray } from "../../src/base/dtype.ts";
import { arrayOf, bytesOf } from "../../src/base/dtype.ts";
import { assemble } from "../../src/device/cpu/assemble.ts";
import type { KernelHost } from "../../src/device/cpu/host.ts";
import type { Instruction, MapBlock, Operand } from "../../src/device/cpu/instruction.ts";

/** An array in device memory. */
export interface DeviceArray {
  address: number;
  dtype: DType;
  length: number;
}

/** A host with memory handed out from its base on; nothing is ever given back. */
export class Rig {
  readonly host: KernelHost;
  #next: number;

  constructor(host: KernelHost) {
    this.host = host;
    this.#next = host.base;
  }

  /** Room for `bytes` bytes, 64-byte aligned unless `skew` shifts it. */
  reserve(bytes: number, skew = 0): number {
    const address = Math.ceil(this.#next / 64) * 64 + skew;
    this.#next = address + bytes;
    this.host.ensure(this.#next - this.host.base);
    return address;
  }

  /** Forgets every array, so that a test starts at the base again. */
  clear(): void {
    this.#next = this.host.base;
  }

  /** Puts values on the device. */
  put(dtype: DType, values: ArrayLike<number>, skew = 0): DeviceArray {
    const array = arrayOf(dtype, values.length);
    array.set(values);
    const address = this.reserve(array.byteLength, skew);
    this.host.write(address, array);
    return { address, dtype, length: values.length };
  }

  /** An array full of a pattern that no kernel should leave standing. */
  blank(dtype: DType, length: number): DeviceArray {
    const address = this.reserve(length * bytesOf(dtype));
    this.host.write(address, new Uint8Array(length * bytesOf(dtype)).fill(0x5b));
    return { address, dtype, length };
  }

  get({ address, dtype, length }: DeviceArray): TypedArray {
    const array = arrayOf(dtype, length);
    this.host.read(address, array);
    return array;
  }

  /** Writes the program to the device and sizes its workspace. */
  load(
    instructions: readonly Instruction[],
    layout = this.host.layout,
  ): { program: number; words: number; shared: number } {
    const words = assemble(layout, instructions);
    const program = this.reserve(words.byteLength);
    this.host.write(program, words);
    return {
      program,
      words: words.length,
      shared: this.reserve(this.host.sharedBytes(program, words.length)),
    };
  }

  async run(instructions: readonly Instruction[], steps = 1, layout = this.host.layout): Promise<number> {
    const { program, words, shared } = this.load(instructions, layout);
    return this.host.run(program, words, shared, steps);
  }
}

/** Row-major strides of a shape. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let k = dims.length - 2; k >= 0; k--) strides[k] = strides[k + 1]! * dims[k + 1]!;
  return strides;
}

/** An operand over an array; contiguous over `dims` unless strides are given. */
export const operand = (array: DeviceArray, dims: readonly number[], strides = stridesOf(dims)): Operand => ({
  address: array.address,
  dtype: array.dtype,
  strides,
});

/** Calls `visit` with the coordinates of every element of the index space, in row-major order. */
export function forEachIndex(dims: readonly number[], visit: (at: readonly number[]) => void): void {
  const total = dims.reduce((a, b) => a * b, 1);
  const at = dims.map(() => 0);
  for (let n = 0; n < total; n++) {
    visit(at);
    for (let k = dims.length - 1; k >= 0; k--) {
      at[k] = at[k]! + 1;
      if (at[k]! < dims[k]!) break;
      at[k] = 0;
    }
  }
}

/** Element offset of coordinates under strides. */
export const offsetOf = (at: readonly number[], strides: readonly number[]): number =>
  at.reduce((sum, i, k) => sum + i * strides[k]!, 0);

/** A one-operation map over contiguous inputs of one dtype. */
export function simpleMap(opcode: string, inputs: readonly DeviceArray[], out: DeviceArray): MapBlock {
  const dims = [out.length];
  const [a = 0, b = 0, c = 0] = inputs.map((_, k) => k);
  return {
    dims,
    inputs: inputs.map((x) => operand(x, dims, [1])),
    outputs: [{ ...operand(out, dims, [1]), register: inputs.length }],
    micros: [{ opcode, dst: inputs.length, a, b, c }],
    registers: inputs.length + 1,
  };
}

/** Distance in units in the last place between a float32 result and the exact value; 0 for equal NaN and infinities. */
export function ulps(got: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(got, rounded) || (Number.isNaN(got) && Number.isNaN(rounded))) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(rounded))
    return got === rounded ? 0 : Number.POSITIVE_INFINITY;
  const size = 2 ** Math.max(Math.floor(Math.log2(Math.abs(rounded) || 2 ** -149)), -126);
  return Math.abs(got - exact) / (size * 2 ** -23);
}

/** Deterministic numbers for tests in [low, high). */
export function numbers(count: number, low: number, high: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return low + ((state >>> 8) / 2 ** 24) * (high - low);
  });
}
