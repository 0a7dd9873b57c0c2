// Graphs of the registry's samples with random operands, and one graph run on one device. Knows nothing of a test runner.
import { RandomStream } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import type { Buffer, Device } from "../src/device/device.ts";
import { type Attributes, apply, type Graph, type Node, type Op, type Sample, Slot } from "../src/ir/node.ts";
import { readSlot } from "../src/ops/leaf.ts";

/** Values by the slot they are in. */
export type Bound = ReadonlyMap<Slot, Float64Array>;

/** A slot with numbers in it that its type can hold. */
export function randomSlot(type: Sample["inputs"][number], random: RandomStream): [Slot, Float64Array] {
  const { shape, dtype = "float32", range = dtype === "float32" ? [-2, 2] : [0, 1] } = type;
  const draw = () =>
    dtype === "float32"
      ? random.uniform(range[0], range[1])
      : range[0] + random.integer(range[1] - range[0] + 1);
  // Rounded to float32, so that every device starts from the same numbers.
  return [new Slot(shape, dtype), Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(draw()))];
}

/** One op applied to the random operands of a sample. */
export function sampleGraph(
  op: Op,
  sample: Sample,
  seed: number,
): { node: Node; bound: Bound; inputs: Node[] } {
  const random = new RandomStream(seed);
  const slots = sample.inputs.map((input) => randomSlot(input, random));
  const inputs = slots.map(([slot]) => readSlot(slot));
  return { node: apply(op, inputs, (sample.attributes ?? {}) as Attributes), bound: new Map(slots), inputs };
}

/** Runs a graph on a device once; gives its outputs, and what its slots hold afterwards. */
export async function runOn(
  device: Device,
  graph: Graph,
  bound: Bound,
  steps = 1,
): Promise<{ outputs: Float64Array[]; slots: Map<Slot, Float64Array> }> {
  const buffers = new Map<Slot, Buffer>();
  for (const [slot, values] of bound) {
    const buffer = device.allocate(slot.dtype, values.length);
    device.write(buffer, values);
    buffers.set(slot, buffer);
  }
  const outputs = graph.outputs.map(({ dtype, shape }) => device.allocate(dtype, sizeOf(shape)));
  const executable = device.load(graph);
  await device.run(executable, buffers, outputs, steps);
  const read = (buffer: Buffer) => Float64Array.from(device.read(buffer));
  const result = {
    outputs: outputs.map(read),
    slots: new Map([...buffers].map(([slot, buffer]) => [slot, read(buffer)])),
  };
  device.unload(executable);
  for (const buffer of [...buffers.values(), ...outputs]) device.free(buffer);
  return result;
}
