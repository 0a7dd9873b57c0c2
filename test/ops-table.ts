// The table of docs/ops.md, made from the op registry by asking every device to load every op with every element type.
import type { DType } from "../src/base/dtype.ts";
import { NablaError } from "../src/base/errors.ts";
import type { Device } from "../src/device/device.ts";
import { type Attributes, apply, type Op, Slot } from "../src/ir/node.ts";
import { readSlot } from "../src/ops/leaf.ts";
import { registry } from "../src/ops/registry.ts";
import { deviceNames, deviceOf } from "./devices.ts";

const TYPES: readonly DType[] = ["float32", "int32", "uint8", "bool"];

const KINDS: Readonly<Record<Op["kind"]["tag"], string>> = {
  slot: "a value that is there",
  leaf: "from the index alone",
  map: "element by element",
  reduce: "over axes",
  view: "the same elements elsewhere",
  place: "copied into place",
  routine: "a kernel of its own",
};

/** An op on operands of a sample's shapes, those of the first operand's type being of `dtype`; undefined where its rule forbids that. */
function nodeOf(op: Op, dtype: DType) {
  const [sample] = op.samples;
  if (sample === undefined) return undefined;
  const own = sample.inputs[0]?.dtype ?? "float32";
  const inputs = sample.inputs.map(({ shape, dtype: given = "float32" }) =>
    readSlot(new Slot(shape, given === own ? dtype : given)),
  );
  try {
    return apply(op, inputs, (sample.attributes ?? {}) as Attributes);
  } catch (error) {
    if (error instanceof NablaError) return undefined;
    throw error;
  }
}

/** Whether a device takes the op on this type; what it cannot do it says when it loads the graph. */
function isSupported(device: Device, op: Op, dtype: DType): boolean {
  const node = nodeOf(op, dtype);
  if (node === undefined) return false;
  try {
    device.unload(device.load({ outputs: [node], updates: [] }));
    return true;
  } catch (error) {
    if (error instanceof NablaError) return false;
    throw error;
  }
}

/** The types of an op's first operand, most often all that there is to say. */
const typesOn = (device: Device, op: Op): string =>
  TYPES.filter((dtype) => isSupported(device, op, dtype)).join(" ") || "–";

/** docs/ops.md as it should be. */
export async function opsTable(): Promise<string> {
  const devices = await Promise.all(deviceNames.map(deviceOf));
  const ops = registry.filter(({ samples }) => samples.some(({ inputs }) => inputs.length > 0));
  const byName = ops.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = byName.map((op) => {
    const gradient = op.gradient === undefined ? "–" : "yes";
    return [`\`${op.name}\``, KINDS[op.kind.tag], gradient, ...devices.map((device) => typesOn(device, op))];
  });
  const head = ["op", "computed", "gradient", ...deviceNames];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return `# Primitives and devices

Written by \`npm run docs\` from the op registry; a test compares the two. For each device: the element types of the first
operand with which it runs the op. \`native\` and \`wasm\` are the two builds of the \`cpu\` device's kernels, \`reference\` is the
oracle in float64. Functions that are composed of these (softmax, gelu, einsum, resize and many more) run wherever
their parts do, their gradients too.

${[head, rule, ...rows].map(line).join("\n")}
`;
}
