// Figures from times that are given, and profiles of real steps judged by their shape: no test depends on how long
// anything took.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileGraph } from "../compile/compile.ts";
import { generateDigits } from "../data/digits/index.ts";
import type { RecordedRun } from "../device/cpu/cpu-device.ts";
import { openDevice, setDevice } from "../device/current.ts";
import type { Device } from "../device/device.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { nn } from "../index.ts";
import { Slot } from "../ir/node.ts";
import { Origin, within } from "../ir/origin.ts";
import { readSlot } from "../ops/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { createModel } from "../train/model.ts";
import { profileInference, profileTraining, traceOf } from "./index.ts";
import { summarize } from "./profile.ts";

const ceiling = { flops: 1e9, bytes: 1e9 };

describe("summarize", () => {
  const [dense, loss] = [new Origin("linear"), new Origin("loss")];
  const slot = (...shape: number[]) => new Tensor(readSlot(new Slot(shape, "float32")));
  const [x, w] = [slot(4, 8), slot(8, 2)];
  const y = within(dense, () => x.matmul(w));
  const q = within(loss, () => y.square().sum());
  const program = compileGraph({ outputs: [y.node, q.node], updates: [] });
  const run = (...times: number[]): RecordedRun => ({
    program,
    steps: times.length / 3,
    times: Float64Array.from(times),
  });
  const labels = {
    layers: new Map([[dense, { layer: "3", type: "linear" }]]),
    parts: new Map([[loss, "loss" as const]]),
    slots: new Map(),
  };
  const profile = summarize([run(0, 1000, 1500, 2000, 3200, 3900), run(5000, 6100, 6500)], labels, {
    device: "x",
    ceiling,
  });

  it("takes the median over steps, and work from the program", () => {
    expect(program.kernels.length).toBe(2);
    const [matmul, sum] = profile.kernels;
    // 1000, 1200, 1100 and 500, 700, 400 nanoseconds.
    expect(matmul!.seconds).toBeCloseTo(1.1e-6, 15);
    expect(sum!.seconds).toBeCloseTo(0.5e-6, 15);
    expect(profile.seconds).toBeCloseTo(1.6e-6, 15);
    expect(matmul).toMatchObject({
      layer: "3",
      type: "linear",
      phase: "forward",
      op: "matmul",
      flops: 2 * 4 * 8 * 2,
    });
    expect(matmul!.bytes).toBe(4 * (4 * 8 + 8 * 2 + 4 * 2));
    expect(matmul!.leastSeconds).toBeCloseTo(224e-9, 15);
    expect(matmul!.share).toBeCloseTo(1.1 / 1.6, 12);
    expect(sum).toMatchObject({ layer: "", phase: "loss", op: "sum" });
  });

  it("adds up by op and by layer", () => {
    expect(profile.ops.map(({ op, kernels }) => [op, kernels])).toEqual([
      ["matmul", 1],
      ["sum", 1],
    ]);
    expect(profile.layers.map(({ layer, phase }) => [layer, phase])).toEqual([
      ["3", "forward"],
      ["", "loss"],
    ]);
  });

  it("becomes nested spans, times in microseconds since the first", () => {
    const spans = traceOf(profile).traceEvents.filter(({ ph }) => ph === "X");
    expect(spans.slice(0, 5).map(({ name, cat, ts, dur }) => [name, cat, ts, dur])).toEqual([
      ["step 1", "step", 0, 1.5],
      ["3 linear", "layer", 0, 1],
      ["matmul", "forward", 0, 1],
      ["loss", "layer", 1, 0.5],
      ["sum", "loss", 1, 0.5],
    ]);
    expect(spans.filter(({ cat }) => cat === "step").map(({ ts }) => ts)).toEqual([0, 2, 5]);
  });
});

describe.each(["native", "wasm"] as const)("profiles on %s", (name) => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice(name, { threads: 2 });
    setDevice(device);
  });
  afterAll(() => device.close());
  const digits = generateDigits({ train: 60, test: 10 });
  const net = () =>
    nn.sequential(
      ...[nn.conv2d(4, 3, { padding: 1 }), nn.batchNorm2d(), nn.relu(), nn.maxPool2d(2), nn.dropout(0.2)],
      ...[nn.residual(nn.conv2d(4, 3, { padding: 1 })), nn.flatten(), nn.linear(10)],
    );

  it("label every kernel of a training step with its layer or its part of the step", async () => {
    const profile = await profileTraining(net(), digits.train, {
      ceiling,
      steps: 4,
      batchSize: 20,
      augment: true,
      clipNorm: 1,
    });
    expect(profile.kernels.filter(({ phase }) => phase === "other")).toEqual([]);
    expect(profile.kernels.every(({ seconds }) => seconds >= 0)).toBe(true);
    expect(profile.kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const found = new Set(profile.layers.map(({ layer, phase }) => `${layer} ${phase}`));
    for (const wanted of [
      "0 forward",
      "0 backward",
      "0 update",
      "1 backward",
      "1 update",
      "5.0 forward",
      "7 update",
    ]) {
      expect(found).toContain(wanted);
    }
    for (const wanted of [" batch", " loss"]) expect(found).toContain(wanted);
    const convolution = profile.kernels.find(({ op, layer }) => op === "conv2d" && layer === "0");
    expect(convolution).toMatchObject({ type: "conv2d", phase: "forward", flops: expect.any(Number) });
    expect(profile.ceiling).toBe(ceiling);
  });

  it("give a trace of nested spans that Perfetto's rules allow", async () => {
    const profile = await profileTraining(net(), digits.train, { ceiling, steps: 3, batchSize: 20 });
    const { traceEvents } = JSON.parse(JSON.stringify(traceOf(profile))) as ReturnType<typeof traceOf>;
    const spans = traceEvents.filter(({ ph }) => ph === "X");
    expect(spans.filter(({ cat }) => cat === "step").length).toBe(3);
    expect(spans.filter(({ cat }) => cat !== "step" && cat !== "layer").length).toBe(
      3 * profile.kernels.length,
    );
    const open: number[] = [];
    let last = 0;
    for (const { name, ts, dur, pid, tid } of spans) {
      expect([typeof name, pid, tid, Number.isFinite(ts), dur! >= 0]).toEqual(["string", 1, 1, true, true]);
      expect(ts).toBeGreaterThanOrEqual(last);
      last = ts!;
      // On one track spans lie within those that are open, or after them.
      while (open.length > 0 && open.at(-1)! <= ts! + 1e-9) open.pop();
      if (open.length > 0) expect(ts! + dur!).toBeLessThanOrEqual(open.at(-1)! + 1e-6);
      open.push(ts! + dur!);
    }
    expect(traceEvents.filter(({ ph }) => ph === "M").length).toBe(2);
  });

  it("time a net alone, and refuse numbers out of range", async () => {
    const model = createModel(net(), digits.train);
    const profile = await profileInference(model, { ceiling, steps: 2, batch: 8 });
    expect(new Set(profile.kernels.map(({ phase }) => phase))).toEqual(new Set(["batch", "forward"]));
    expect(profile.runs.reduce((sum, { steps }) => sum + steps, 0)).toBe(2);
    await expect(profileInference(model, { steps: 65 })).rejects.toThrow(
      "steps must be a whole number from 1 to 64",
    );
    await expect(profileInference(model, { batch: 0 })).rejects.toThrow("batch must be a whole number");
  });
});

it("are refused on a device without kernels", async () => {
  setDevice(new ReferenceDevice());
  const { train } = generateDigits({ train: 20, test: 10 });
  await expect(profileTraining("linear", train)).rejects.toThrow(
    "profile: reference (float64) has no kernels to time",
  );
});
