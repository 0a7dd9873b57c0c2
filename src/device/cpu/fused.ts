// The vector program of a map block in words, by which it is found among those that the kernels have compiled whole
// (kernels/fused.h). Knows the words of the kernels' own description, no addresses.
import type { MapBlock, Micro } from "./instruction.ts";

const OPERANDS = ["a", "b", "c"] as const;

/** Where the elements of an operand lie along the last dim: side by side, or all at one place. */
function kindOf({ strides, dtype }: MapBlock["inputs"][number]): string | undefined {
  const stride = strides.at(-1);
  if (dtype !== "float32") return undefined;
  return stride === 1 ? "lanes" : stride === 0 ? "one" : undefined;
}

/**
 * `lanes one const mul(r0, r1) … r5`: the inputs, the operations and the outputs, each value with a number of its own, so
 * that it does not matter how registers were dealt out. undefined where a block is not for such a program: elements that are
 * not float32, or strided along the last dim.
 */
export function programText(map: MapBlock): string | undefined {
  const inputs = map.inputs.map(kindOf);
  const isPlain = map.dims.length > 0 && !inputs.includes(undefined);
  if (!isPlain || map.outputs.some((output) => kindOf(output) !== "lanes")) return undefined;
  const held = new Map(map.inputs.map((_, register) => [register, register]));
  const words: (string | undefined)[] = [...inputs];
  map.micros.forEach((micro, j) => {
    words.push(operationText(micro, held));
    held.set(micro.dst, inputs.length + j);
  });
  if (words.includes(undefined)) return undefined;
  return [...words, ...map.outputs.map(({ register }) => `r${held.get(register)}`)].join(" ");
}

function operationText(micro: Micro, held: ReadonlyMap<number, number>): string | undefined {
  if (micro.opcode === "iconst" || micro.opcode === "index") return undefined;
  if (micro.opcode === "const") return "const";
  const sources = OPERANDS.flatMap((name) => micro[name] ?? []).map((register) => `r${held.get(register)}`);
  return `${micro.opcode}(${sources.join(", ")})`;
}
