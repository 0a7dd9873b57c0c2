// One short run told to people, to machines and to those in a hurry; the names of run folders.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/image-set.ts";
import type { Evaluation, FitEvent } from "../train/events.ts";
import { resolveConfig } from "./config.ts";
import { newRunFolder } from "./run-name.ts";
import { jsonView, quietView, type RunView, textView } from "./run-view.ts";
import { recordingTerminal, type Terminal } from "./terminal.ts";

const set: ImageSet = {
  images: new Uint8Array(4).fill(255),
  labels: new Uint8Array([1]),
  shape: [1, 2, 2],
  classes: ["no", "yes"],
};
const evaluation: Evaluation = {
  loss: 0.1,
  accuracy: 1,
  count: 1,
  confusion: [
    [0, 0],
    [0, 1],
  ],
  topK: [1, 1],
  classes: [],
  calibrationError: 0.1,
  worst: [],
};
const events: FitEvent[] = [
  {
    type: "start",
    epochs: 1,
    stepsPerEpoch: 1,
    batchSize: 1,
    trainImages: 1,
    validationImages: 0,
    parameters: 10,
    device: "cpu (native, avx2, 4 threads)",
    step: 0,
  },
  { type: "epoch", epoch: 1, step: 1, train: { loss: 0.5, accuracy: 1 }, seconds: 2 },
  { type: "end", reason: "epochs", epochs: 1, step: 1, seconds: 2, imagesPerSecond: 0.5, waited: 0 },
];

function tell(make: (terminal: Terminal) => RunView): { output: string; errors: string } {
  const terminal = recordingTerminal();
  const view = make(terminal);
  const layers = [{ name: "0", type: "linear 2", shape: [2], parameters: 10, flops: 16 }];
  view.begin({
    config: resolveConfig({ lr: 0.002, batchSize: 128, epochs: 5 }),
    folder: "runs/a",
    layers,
    train: set,
    test: set,
  });
  for (const event of events) view.show(event);
  view.remark("stopping");
  view.score("test", evaluation, { classes: set.classes, pictures: new Map() });
  view.close("runs/a", "done");
  view.close("runs/a", "interrupted");
  return { output: terminal.output(), errors: terminal.errors() };
}

describe("a run", () => {
  it("is told to people from its data to its score", () => {
    const { output, errors } = tell(textView);
    expect(output).toContain("digits: 1 image to learn from, 1 for the test\n");
    expect(output).toContain("cnn: adamw, learning rate 0.002, batches of 1, seed 1\n");
    expect(output).toContain("0      linear 2  2               10     16\n");
    expect(output).toContain("device cpu (native, avx2, 4 threads)\n");
    expect(output).toContain(
      "epoch 1/1  loss 0.5000  accuracy 100.00 %  2.0 s\nall epochs done: 1 step in 2.0 s",
    );
    expect(output).toContain("test: accuracy 100.00 %, loss 0.1000, 0 of 1 wrong\n");
    expect(output).toContain("saved in runs/a; to use it: nabla predict runs/a <picture>\n");
    expect(output).toContain("saved; to go on: nabla train --resume runs/a\n");
    expect(errors).toBe("stopping\n");
  });
  it("is told to machines as the events are, a line each", () => {
    const records = tell(jsonView)
      .output.trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ type }) => type)).toEqual([
      ..."run start epoch end evaluation done interrupted".split(" "),
    ]);
    expect(records[0]).toMatchObject({
      folder: "runs/a",
      config: { epochs: 5 },
      layers: [{ parameters: 10 }],
    });
    expect(records[1]).toEqual(events[0]);
    expect(records[4]).toMatchObject({ set: "test", accuracy: 1, confusion: evaluation.confusion });
  });
  it("is told in two lines where quiet is asked for", () => {
    const { output } = tell(quietView);
    expect(output.split("\n").slice(0, 2)).toEqual([
      "test: accuracy 100.00 %, loss 0.1000, 0 of 1 wrong",
      "runs/a",
    ]);
  });
});

it("names run folders by date, data and model, and never one that exists", () => {
  const parent = mkdtempSync(join(tmpdir(), "nabla-runs-"));
  const date = new Date(2026, 2, 9, 14, 5);
  const first = newRunFolder("/data/my cats/", "cnn", date, parent);
  expect(first).toBe(join(parent, "2026-03-09-1405-my-cats-cnn"));
  mkdirSync(first);
  expect(newRunFolder("/data/my cats", "cnn", date, parent)).toBe(`${first}-2`);
  rmSync(parent, { recursive: true });
});
