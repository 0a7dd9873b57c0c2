// Encodes instructions for the C kernels as 8-byte words, field by field as their layout orders them.
// Knows nothing of graphs; the numbers come from the layout alone.
import { BugError } from "../../base/errors.ts";
import { programText } from "./fused.ts";
import type { Instruction, MapBlock, Operand } from "./instruction.ts";
import type { KernelEntry, KernelLayout } from "./layout.ts";

const EMPTY_MAP: MapBlock = { dims: [], inputs: [], outputs: [], micros: [], registers: 0 };
const MAX_RANK = 6;

/** Words under construction: integers and doubles share the same 8 bytes. */
class Words {
  private readonly integers: BigInt64Array;
  private readonly reals: Float64Array;
  private at = 0;

  constructor(length: number) {
    this.integers = new BigInt64Array(length);
    this.reals = new Float64Array(this.integers.buffer);
  }

  integer(value: number): void {
    if (!Number.isSafeInteger(value))
      throw new BugError(`assemble: ${value} is not an exact integer`, { value });
    this.integers[this.at++] = BigInt(value);
  }

  real(value: number): void {
    this.reals[this.at++] = value;
  }

  finish(): BigInt64Array {
    if (this.at !== this.integers.length)
      throw new BugError(`assemble: ${this.at} words written, ${this.integers.length} counted`);
    return this.integers;
  }
}

function numberOf(table: ReadonlyMap<string, number>, name: string, what: string): number {
  const value = table.get(name);
  if (value === undefined) throw new BugError(`assemble: no ${what} is called "${name}"`, { name });
  return value;
}

// In a clone the commonest cause is TypeScript built anew and kernels that were not.
const REBUILD = "Where the kernels were built from older sources, build them anew: npm run build.";

function entryOf(layout: KernelLayout, { kernel, args = {}, map }: Instruction): KernelEntry {
  const entry = layout.kernels.get(kernel);
  if (entry === undefined)
    throw new BugError(`assemble: no kernel is called "${kernel}". ${REBUILD}`, { kernel });
  for (const field of entry.fields)
    if (args[field] === undefined)
      throw new BugError(`assemble: ${kernel} lacks "${field}". ${REBUILD}`, { kernel, args });
  for (const name of Object.keys(args))
    if (!entry.fields.includes(name))
      throw new BugError(`assemble: ${kernel} has no "${name}". ${REBUILD}`, { kernel, args });
  if (map !== undefined && !entry.hasMap)
    throw new BugError(`assemble: ${kernel} takes no map block`, { kernel });
  return entry;
}

function checkMap(layout: KernelLayout, map: MapBlock): void {
  const { dims, inputs, outputs, micros, registers } = map;
  const wrong = (why: string) => new BugError(`assemble: ${why}`, { map });
  if (dims.length > MAX_RANK)
    throw wrong(`a map block of ${dims.length} dims, at most ${MAX_RANK} are possible`);
  if (registers > layout.maxRegisters)
    throw wrong(`${registers} registers, at most ${layout.maxRegisters} are possible`);
  if (inputs.length + outputs.length > layout.maxOperands)
    throw wrong(`${inputs.length + outputs.length} operands, at most ${layout.maxOperands} are possible`);
  if (inputs.length > registers) throw wrong(`${inputs.length} inputs do not fit in ${registers} registers`);
  for (const { strides } of [...inputs, ...outputs])
    if (strides.length !== dims.length) throw wrong(`strides [${strides}] do not fit dims [${dims}]`);
  const named = [...outputs.map((o) => o.register), ...micros.map((m) => m.dst)];
  for (const { opcode, a, b, c } of micros) named.push(opcode === "index" ? 0 : (a ?? 0), b ?? 0, c ?? 0);
  for (const register of named)
    if (outputs.length > 0 && !(register >= 0 && register < registers))
      throw wrong(`register ${register} is outside 0…${registers - 1}`);
}

function operandField(layout: KernelLayout, operand: Operand, register: number, field: string): number {
  if (field === "address") return operand.address;
  if (field === "dtype") return numberOf(layout.dtypes, operand.dtype, "dtype");
  if (field === "reg") return register;
  if (field.startsWith("stride")) return operand.strides[Number(field.slice(6))] ?? 0;
  throw new BugError(`assemble: an operand has no "${field}"`);
}

function encodeMap(words: Words, layout: KernelLayout, map: MapBlock): void {
  checkMap(layout, map);
  const head: Record<string, number> = {
    rank: map.dims.length,
    inputs: map.inputs.length,
    outputs: map.outputs.length,
    micros: map.micros.length,
    registers: map.registers,
    fused: layout.fused.get(programText(map) ?? "") ?? 0,
  };
  for (const field of layout.map)
    words.integer(field.startsWith("dim") ? (map.dims[Number(field.slice(3))] ?? 1) : head[field]!);
  map.inputs.forEach((operand, register) => {
    for (const field of layout.operand) words.integer(operandField(layout, operand, register, field));
  });
  for (const operand of map.outputs)
    for (const field of layout.operand) words.integer(operandField(layout, operand, operand.register, field));
  for (const { opcode, immediate = 0, ...fields } of map.micros) {
    const values: Record<string, number | undefined> = {
      ...fields,
      opcode: numberOf(layout.opcodes, opcode, "micro-operation"),
    };
    for (const field of layout.micro) words.integer(values[field] ?? 0);
    words.real(immediate);
  }
}

function lengthOf(layout: KernelLayout, entry: KernelEntry, map: MapBlock): number {
  const head = 2 + entry.fields.length;
  if (!entry.hasMap) return head;
  const operands = (map.inputs.length + map.outputs.length) * layout.operand.length;
  return head + layout.map.length + operands + map.micros.length * (layout.micro.length + 1);
}

/** The words of a program: {kernel, words, arguments…, map block…} for each instruction. BugError names a field that is missing or unknown. */
export function assemble(layout: KernelLayout, instructions: readonly Instruction[]): BigInt64Array {
  const parts = instructions.map((instruction) => {
    const entry = entryOf(layout, instruction);
    const map = instruction.map ?? EMPTY_MAP;
    return { entry, map, args: instruction.args ?? {}, length: lengthOf(layout, entry, map) };
  });
  const words = new Words(parts.reduce((sum, { length }) => sum + length, 0));
  for (const { entry, map, args, length } of parts) {
    words.integer(entry.id);
    words.integer(length);
    for (const field of entry.fields) {
      if (layout.reals.has(field)) words.real(args[field]!);
      else words.integer(args[field]!);
    }
    if (entry.hasMap) encodeMap(words, layout, map);
  }
  return words.finish();
}
