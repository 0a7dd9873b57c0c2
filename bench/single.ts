// One op alone on a device, as an engine-compiled graph over random numbers; timed many runs a call.
// Reaches below the public API, where an op has no layouts to be brought to and from.
import type { Device } from "nabla";
import { sizeOf } from "../src/base/shape.ts";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import { type Node, Slot } from "../src/ir/node.ts";
import { readSlot } from "../src/ops/leaf.ts";
import { type Times, timeCalls } from "./training.ts";

/** Milliseconds of one run of the op, from bursts of so many seconds. */
export interface Single {
  (seconds: number): Promise<Times>;
  drop(): void;
}

/** Sets how many threads the device's kernels share. */
export const useThreads = (device: Device, threads: number): void =>
  (device as CpuDevice).host.setThreads(threads);

/** Makes ready the graph of `make`'s node over float32 inputs of these shapes. */
export function prepareSingle(
  device: Device,
  shapes: readonly (readonly number[])[],
  make: (inputs: Node[]) => Node,
): Single {
  const slots = shapes.map((shape) => new Slot(shape, "float32"));
  const buffers = slots.map(({ shape }) => {
    const buffer = device.allocate("float32", sizeOf(shape));
    device.write(
      buffer,
      Float32Array.from({ length: sizeOf(shape) }, () => Math.random() - 0.5),
    );
    return buffer;
  });
  const node = make(slots.map(readSlot));
  const output = device.allocate(node.dtype, sizeOf(node.shape));
  const executable = device.load({ outputs: [node], updates: [] });
  const bindings = new Map(slots.map((slot, i) => [slot, buffers[i]!]));
  const run = (steps: number) => device.run(executable, bindings, [output], steps);
  const time = async (seconds: number) => {
    await run(1);
    const before = performance.now();
    await run(2);
    // Calls of some 5 ms: long enough that starting one does not count, short enough that some are left undisturbed.
    const steps = Math.ceil(10 / Math.max(performance.now() - before, 0.01));
    return (await timeCalls(() => run(steps), seconds)).map((ms) => ms / steps);
  };
  const drop = () => {
    device.unload(executable);
    for (const buffer of [...buffers, output]) device.free(buffer);
  };
  return Object.assign(time, { drop });
}
