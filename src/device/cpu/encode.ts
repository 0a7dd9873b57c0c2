// A program's kernels as instructions for the C kernels: operands by address, maps as vector programs.
// Knows addresses only through the function it is given.
import { bytesOf } from "../../base/dtype.ts";
import { BugError, DeviceError } from "../../base/errors.ts";
import { formatShape, type Shape } from "../../base/shape.ts";
import type { Kernel, MapBody, Operand, Value } from "../../compile/program.ts";
import type { Node } from "../../ir/node.ts";
import { contractionsOf } from "./contract.ts";
import type { Instruction, MapBlock, Micro } from "./instruction.ts";

/** Where a value lies, as a byte address. */
export type AddressOf = (value: Value) => number;

const MAX_RANK = 6;

const addressOf = ({ value, layout }: Operand, address: AddressOf): number =>
  address(value) + layout.offset * bytesOf(value.dtype);

/** The axis along which a leaf node counts; undefined for constants. */
const indexAxis = (node: Node): number | undefined =>
  node.op.kind.tag === "leaf" && node.op.kind.form === "index"
    ? (node.attributes["axis"] as number)
    : undefined;

/**
 * Which axes of an index space become one: neighbours that every operand walks as one run. Gives the axes of each
 * new dim, outermost first. Axes where `isCut(axis)` start a new dim.
 */
function collapse(space: Shape, operands: readonly Operand[], isCut: (axis: number) => boolean): number[][] {
  const dims: number[][] = [];
  space.forEach((size, axis) => {
    if (size === 1 && !isCut(axis)) return;
    const outer = dims[dims.length - 1]?.at(-1);
    const joins =
      outer !== undefined &&
      !isCut(axis) &&
      operands.every(({ layout }) => layout.strides[outer] === layout.strides[axis]! * size);
    if (joins) dims[dims.length - 1]!.push(axis);
    else dims.push([axis]);
  });
  return dims;
}

/** Registers of a vector program: inputs first, then one for each value until it is used no more. */
class Registers {
  readonly #of = new Map<Node, number>();
  readonly #uses = new Map<Node, number>();
  readonly #idle: number[] = [];
  count: number;

  constructor(inputs: number, body: MapBody, steps: readonly Step[]) {
    this.count = inputs;
    for (const input of steps.flatMap(({ sources }) => sources))
      this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
    // What is written stays to the end of the block.
    for (const { node } of body.writes) this.#uses.set(node, Number.POSITIVE_INFINITY);
    this.#uses.set(body.nodes[body.nodes.length - 1]!, Number.POSITIVE_INFINITY);
  }

  fix(node: Node, register: number): void {
    this.#of.set(node, register);
    // Inputs may be read in place from memory, so their registers are never written.
    this.#uses.set(node, Number.POSITIVE_INFINITY);
  }

  of(node: Node): number {
    const register = this.#of.get(node);
    if (register === undefined) throw new BugError(`${node.op.name} is used before it is computed.`);
    return register;
  }

  has = (node: Node): boolean => this.#of.has(node);

  define(node: Node): number {
    const register = this.#idle.pop() ?? this.count++;
    this.#of.set(node, register);
    return register;
  }

  release(node: Node): void {
    const left = this.#uses.get(node)! - 1;
    this.#uses.set(node, left);
    if (left === 0) this.#idle.push(this.of(node));
  }
}

function leafMicro(node: Node, dst: number, dims: readonly number[][]): Micro {
  const axis = indexAxis(node);
  if (axis !== undefined) return { opcode: "index", dst, a: dims.findIndex((axes) => axes.includes(axis)) };
  const value = node.attributes["value"] as number;
  return { opcode: node.dtype === "float32" ? "const" : "iconst", dst, immediate: value };
}

/** One vector operation before registers are dealt out: what computes `node` from `sources`. */
interface Step {
  readonly node: Node;
  readonly opcode: string;
  readonly sources: readonly Node[];
}

/** The operations of a body, products joined with the sums that take them. */
function stepsOf(body: MapBody): Step[] {
  const contractions = contractionsOf(body);
  const absorbed = new Set([...contractions.values()].map(({ product }) => product));
  return body.nodes
    .filter((node) => !absorbed.has(node))
    .map((node) => {
      const { kind } = node.op;
      const { opcode, sources } = contractions.get(node) ?? {
        opcode: kind.tag === "map" ? kind.cpu(node) : "",
        sources: node.inputs,
      };
      if (opcode === "") throw new BugError(`${node.op.name} has no opcode for ${node.inputs[0]!.dtype}.`);
      return { node, opcode, sources };
    });
}

function mapMicro(opcode: string, dst: number, inputs: readonly number[]): Micro {
  const [a, b, c] = inputs;
  return {
    opcode,
    dst,
    ...(a !== undefined && { a }),
    ...(b !== undefined && { b }),
    ...(c !== undefined && { c }),
  };
}

interface Vectorized {
  readonly block: MapBlock;
  /** Register of the last node, for kernels that take the result from there. */
  readonly result: number;
  /** The axes of each dim of the block. */
  readonly dims: readonly number[][];
}

/** A body as a map block; `extra` operands join the choice of dims and `isCut` axes are kept apart. */
function vectorize(
  body: MapBody,
  address: AddressOf,
  extra: readonly Operand[],
  isCut: (axis: number) => boolean,
): Vectorized {
  const { nodes, reads, carried, writes, space } = body;
  const counted = new Set(nodes.flatMap((node) => node.inputs.flatMap((input) => indexAxis(input) ?? [])));
  const operands = [...reads.values(), ...writes.map(({ operand }) => operand), ...extra];
  const dims = collapse(space, operands, (axis) => isCut(axis) || counted.has(axis) || counted.has(axis - 1));
  if (dims.length > MAX_RANK) {
    throw new DeviceError(
      `cpu: element-by-element work over ${formatShape(space)} needs ${dims.length} separate axes, the kernels take ` +
        `${MAX_RANK}. Merge axes with reshape first.`,
      { space },
    );
  }
  const encode = (operand: Operand) => ({
    address: addressOf(operand, address),
    dtype: operand.value.dtype,
    strides: dims.map((axes) => operand.layout.strides[axes[axes.length - 1]!]!),
  });
  // In an epilogue register 0 is what the kernel carries, a row in line; its operand is never read.
  const line = dims.map((_, dim) => (dim === dims.length - 1 ? 1 : 0));
  const hidden = carried.size > 0 ? [{ address: 0, dtype: "float32" as const, strides: line }] : [];
  const inputs = [...hidden, ...[...reads.values()].map(encode)];
  const steps = stepsOf(body);
  const registers = new Registers(inputs.length, body, steps);
  for (const node of carried) registers.fix(node, 0);
  [...reads.keys()].forEach((node, i) => {
    registers.fix(node, hidden.length + i);
  });
  const micros: Micro[] = [];
  // Constants first: the kernel fills them once for all blocks.
  const leaves = new Set(nodes.flatMap((node) => node.inputs).filter(({ op }) => op.kind.tag === "leaf"));
  const ordered = [...leaves].sort(
    (a, b) => Number(indexAxis(a) !== undefined) - Number(indexAxis(b) !== undefined),
  );
  for (const leaf of ordered.filter((node) => !registers.has(node))) {
    micros.push(leafMicro(leaf, registers.count, dims));
    registers.fix(leaf, registers.count++);
  }
  for (const { node, opcode, sources } of steps) {
    const from = sources.map((source) => registers.of(source));
    micros.push(mapMicro(opcode, registers.define(node), from));
    for (const source of sources) registers.release(source);
  }
  const outputs = writes.map(({ node, operand }) => ({ ...encode(operand), register: registers.of(node) }));
  const block = {
    dims: dims.map((axes) => axes.reduce((size, axis) => size * space[axis]!, 1)),
    inputs,
    outputs,
    micros,
    registers: registers.count,
  };
  return { block, result: registers.of(nodes[nodes.length - 1]!), dims };
}

const never = () => false;

function encodeReduce(kernel: Extract<Kernel, { tag: "reduce" }>, address: AddressOf): Instruction {
  const { node, body, output } = kernel;
  const { kind } = node.op;
  if (kind.tag !== "reduce") throw new BugError(`${node.op.name} folds nothing.`);
  const axes = new Set(node.attributes["axes"] as number[]);
  const target: Operand = {
    value: output.value,
    layout: {
      ...output.layout,
      shape: body.space,
      strides: output.layout.strides.map((stride, axis) => (axes.has(axis) ? 0 : stride)),
    },
  };
  // Folded and kept axes stay apart, and so do the bounds between them.
  const isBound = (axis: number) => axes.has(axis) !== axes.has(axis - 1);
  const { block, result, dims } = vectorize(body, address, [target], isBound);
  const strides = dims.map((group) => target.layout.strides[group[group.length - 1]!]!);
  const reduced = dims.reduce((mask, group, dim) => (axes.has(group[0]!) ? mask | (1 << dim) : mask), 0);
  const out = { address: addressOf(target, address), dtype: output.value.dtype, strides, register: result };
  return {
    kernel: "reduce",
    args: { op: kind.cpu, reduced, scale: 1 },
    map: { ...block, outputs: [out] },
  };
}

function encodeRoutine(
  kernel: Extract<Kernel, { tag: "routine" }>,
  address: AddressOf,
  fields: (name: string) => readonly string[],
): Instruction {
  const { node, inputs, outputs, epilogue } = kernel;
  const { kind } = node.op;
  if (kind.tag !== "routine") throw new BugError(`${node.op.name} is no routine.`);
  // Output addresses that nobody asked for are 0.
  const args: Record<string, number> = Object.fromEntries(fields(kind.cpu.kernel).map((field) => [field, 0]));
  Object.assign(
    args,
    kind.cpu.fields(
      node,
      inputs.map(({ layout }) => layout),
    ),
  );
  kind.cpu.inputs.forEach((field, i) => {
    args[field] = addressOf(inputs[i]!, address);
  });
  for (const [field, operand] of outputs) args[field] = addressOf(operand, address);
  const last = node.shape.length - 1;
  // The kernel walks rows × columns, columns being the last axis.
  const map = epilogue && vectorize(epilogue, address, [], (axis) => axis === last).block;
  return { kernel: kind.cpu.kernel, args, ...(map && { map }) };
}

/** A kernel as one instruction; `fields` lists a C kernel's argument names. */
export function encodeKernel(
  kernel: Kernel,
  address: AddressOf,
  fields: (name: string) => readonly string[],
): Instruction {
  if (kernel.tag === "map") return { kernel: "map", map: vectorize(kernel.body, address, [], never).block };
  return kernel.tag === "reduce" ? encodeReduce(kernel, address) : encodeRoutine(kernel, address, fields);
}
