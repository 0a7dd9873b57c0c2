// What the generated tests share: the devices under test, and values compared.
import { expect } from "vitest";
import { type DeviceName, openDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import { evaluate } from "../src/device/reference/evaluate.ts";
import type { Graph } from "../src/ir/node.ts";
import type { Bound } from "./sample-graphs.ts";

export { type Bound, randomSlot, runOn, sampleGraph } from "./sample-graphs.ts";

/** Devices that every conformance test runs on. */
export const deviceNames: readonly DeviceName[] = ["reference", "native", "wasm"];

const open = new Map<string, Promise<Device>>();

/** The device of this name, opened once. */
export function deviceOf(name: DeviceName): Promise<Device> {
  const device = open.get(name) ?? openDevice(name, { threads: 2 });
  open.set(name, device);
  return device;
}

/** The oracle's outputs. */
export const expected = (graph: Graph, bound: Bound): Float64Array[] => evaluate(graph, bound);

/** Fails unless the arrays agree within `tolerance` of the larger of 1 and the array's own scale. */
export function expectClose(
  actual: Float64Array,
  wanted: Float64Array,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(wanted.length);
  const scale = wanted.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  wanted.forEach((value, i) => {
    const same =
      Object.is(actual[i], value) || actual[i] === value || Math.abs(actual[i]! - value) <= tolerance * scale;
    if (!same) expect.fail(`${what}: element ${i} is ${actual[i]}, should be ${value} (scale ${scale}).`);
  });
}
