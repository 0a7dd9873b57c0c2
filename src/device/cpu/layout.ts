// The instruction set as the loaded kernels describe it: field orders and numbers by name.
// Parsed from their own text, so that no number is written twice. Knows nothing of programs or hosts.
import { BugError } from "../../base/errors.ts";

/** One kernel: its number in an instruction, its argument fields in order, and whether a map block follows them. */
export interface KernelEntry {
  readonly id: number;
  readonly fields: readonly string[];
  readonly hasMap: boolean;
}

/** What an assembler needs to encode instructions: every field list and every number, by name. */
export interface KernelLayout {
  /** Digest of the sources that say what an instruction is, where the build noted it: scripts/build-kernels.mjs does. */
  readonly interface: string | undefined;
  readonly kernels: ReadonlyMap<string, KernelEntry>;
  readonly opcodes: ReadonlyMap<string, number>;
  readonly dtypes: ReadonlyMap<string, number>;
  /** Fields of the map block's head. */
  readonly map: readonly string[];
  /** Fields of one input or output of a map block. */
  readonly operand: readonly string[];
  /** Fields of one micro-operation; its immediate, a double, follows them. */
  readonly micro: readonly string[];
  /** Arguments that hold the bits of a double instead of an integer. */
  readonly reals: ReadonlySet<string>;
  /** The number of each map program that is compiled whole, by its text, counted from 1. */
  readonly fused: ReadonlyMap<string, number>;
  /** Largest number of registers of a map block. */
  readonly maxRegisters: number;
  /** Largest number of inputs and outputs of a map block together. */
  readonly maxOperands: number;
}

const numbered = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, index) => [name, index]));

/** Reads what `describe()` of the kernels prints: lines of `what name name …`, one line `kernel hasMap name field …` a kernel. */
export function parseLayout(text: string): KernelLayout {
  const lists = new Map<string, readonly string[]>();
  const kernels = new Map<string, KernelEntry>();
  const fused = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [what, ...names] = line.split(" ").filter((word) => word !== "");
    if (what === undefined) continue;
    if (what === "fused") fused.set(names.join(" "), fused.size + 1);
    else if (what !== "kernel") lists.set(what, names);
    else kernels.set(names[1]!, { id: kernels.size, fields: names.slice(2), hasMap: names[0] === "1" });
  }
  const list = (what: string): readonly string[] => {
    const names = lists.get(what);
    if (names === undefined) throw new BugError(`the kernels do not describe "${what}"`, { text });
    return names;
  };
  return {
    interface: lists.get("interface")?.[0],
    kernels,
    opcodes: numbered(list("opcodes")),
    dtypes: numbered(list("dtypes")),
    map: list("map"),
    operand: list("operand"),
    micro: list("micro"),
    reals: new Set(list("reals")),
    fused,
    maxRegisters: Number(list("registers")[0]),
    maxOperands: Number(list("operands")[0]),
  };
}
