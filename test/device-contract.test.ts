// What every device promises, tested on each: memory, state kept between steps, order of runs, stopping, determinism.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../src/base/random.ts";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import type { Buffer } from "../src/device/device.ts";
import { type Graph, Slot } from "../src/ir/node.ts";
import { add, mul, sub } from "../src/ops/arithmetic.ts";
import { sum } from "../src/ops/broadcast.ts";
import { conv2d, conv2dWeightGrad } from "../src/ops/conv.ts";
import { constant, readSlot } from "../src/ops/leaf.ts";
import { matmul } from "../src/ops/linalg.ts";
import { random } from "../src/ops/random.ts";
import { reshape } from "../src/ops/view.ts";
import { deviceNames, deviceOf, runOn } from "./devices.ts";

/** state ← state + 1, and what it was. */
function counter(): { graph: Graph; slot: Slot } {
  const slot = new Slot([1], "float32");
  const node = readSlot(slot);
  return {
    slot,
    graph: {
      outputs: [mul(node, constant(1, [1]))],
      updates: [{ slot, value: add(node, constant(1, [1])) }],
    },
  };
}

describe.each(deviceNames)("the contract on %s", (name) => {
  it("gives back what was written, in every element type", async () => {
    const device = await deviceOf(name);
    for (const dtype of ["float32", "int32", "uint8", "bool"] as const) {
      const buffer = device.allocate(dtype, 5);
      device.write(buffer, Float64Array.of(0, 1, 1, 0, 1));
      expect([...device.read(buffer)]).toEqual([0, 1, 1, 0, 1]);
      device.free(buffer);
    }
  });

  it("keeps state from step to step and from run to run, runs in the order asked for", async () => {
    const device = await deviceOf(name);
    const { graph, slot } = counter();
    const state = device.allocate("float32", 1);
    device.write(state, Float32Array.of(0));
    const executable = device.load(graph);
    const outputs = [device.allocate("float32", 1), device.allocate("float32", 1)] as [Buffer, Buffer];
    const runs = [
      device.run(executable, new Map([[slot, state]]), [outputs[0]], 5),
      device.run(executable, new Map([[slot, state]]), [outputs[1]], 2),
    ];
    expect(await Promise.all(runs)).toEqual([5, 2]);
    expect(outputs.map((buffer) => device.read(buffer)[0])).toEqual([4, 6]);
    expect(device.read(state)[0]).toBe(7);
    device.unload(executable);
    for (const buffer of [state, ...outputs]) device.free(buffer);
  });

  it("lets two slots change places, as all reads of a step see the old values", async () => {
    const [a, b] = [new Slot([2], "float32"), new Slot([2], "float32")];
    const graph = {
      outputs: [],
      updates: [
        { slot: a, value: readSlot(b) },
        { slot: b, value: readSlot(a) },
      ],
    };
    const bound = new Map([
      [a, Float64Array.of(1, 2)],
      [b, Float64Array.of(3, 4)],
    ]);
    const { slots } = await runOn(await deviceOf(name), graph, bound);
    expect([...slots.get(a)!, ...slots.get(b)!]).toEqual([3, 4, 1, 2]);
  });

  it("stops between steps and says how many it did", async () => {
    const device = await deviceOf(name);
    const { graph, slot } = counter();
    const state = device.allocate("float32", 1);
    device.write(state, Float32Array.of(0));
    const executable = device.load(graph);
    const output = device.allocate("float32", 1);
    const asked = 50_000_000;
    const run = device.run(executable, new Map([[slot, state]]), [output], asked);
    await new Promise((resolve) => setTimeout(resolve, 20));
    device.stop();
    const done = await run;
    expect(done).toBeLessThan(asked);
    expect(done).toBeGreaterThan(0);
    // float32 counts exactly up to 2²⁴.
    expect(device.read(state)[0]).toBe(name === "reference" ? done : Math.min(done, 2 ** 24));
    device.unload(executable);
  });

  it("runs graphs of empty tensors", async () => {
    const device = await deviceOf(name);
    const slot = new Slot([0, 3], "float32");
    const node = readSlot(slot);
    const { outputs } = await runOn(
      device,
      { outputs: [add(node, node), sum(node, [0])], updates: [] },
      new Map([[slot, new Float64Array(0)]]),
    );
    expect(outputs.map((values) => [...values])).toEqual([[], [0, 0, 0]]);
  });
});

/** A step with products, convolutions, long sums and random numbers: everything whose order could depend on threads. */
function busyGraph(): { graph: Graph; bound: Map<Slot, Float64Array> } {
  const random_ = new RandomStream(5);
  const bound = new Map<Slot, Float64Array>();
  const leaf = (shape: readonly number[]) => {
    const slot = new Slot(shape, "float32");
    bound.set(
      slot,
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random_.normal())),
    );
    return readSlot(slot);
  };
  const geometry = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
  const [image, weight, a, b] = [
    leaf([9, 20, 20, 8]),
    leaf([24, 8, 3, 3]),
    leaf([1, 150, 700]),
    leaf([1, 700, 130]),
  ];
  const state = new Slot([3], "int32");
  bound.set(state, Float64Array.of(1, 2, 3));
  const y = conv2d(image, weight, geometry);
  const dw = conv2dWeightGrad(image, y, { ...geometry, kernel: [3, 3] });
  const noise = random(readSlot(state), [100_003], 0, "normal");
  const outputs = [
    sum(y, [0, 1, 2, 3]),
    dw,
    matmul(a, b),
    sum(noise, [0]),
    sub(noise, constant(1, [100_003])),
  ];
  return { graph: { outputs: outputs.map((x) => reshape(x, x.shape)), updates: [] }, bound };
}

describe.each(["native", "wasm"] as const)("determinism on %s", (name) => {
  it("gives the same bits for 1, 2, 3, 4 and 8 threads, and every time", async () => {
    const device = (await deviceOf(name)) as CpuDevice;
    const { graph, bound } = busyGraph();
    const bits = async () =>
      (await runOn(device, graph, bound)).outputs.map(({ buffer }) => Buffer.from(buffer));
    device.host.setThreads(1);
    const wanted = await bits();
    for (const threads of [2, 3, 4, 8]) {
      device.host.setThreads(threads);
      for (let run = 0; run < 5; run++) {
        const got = await bits();
        expect(got.map((output, i) => output.equals(wanted[i]!))).toEqual(wanted.map(() => true));
      }
    }
    device.host.setThreads(2);
  });
});
