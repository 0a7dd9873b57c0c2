// A run drawn on terminals that can and cannot redraw, with a clock of the test's own.
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { EpochEvent, StartEvent, StepEvent } from "../../train/events.ts";
import { recordingTerminal } from "../terminal.ts";
import { widthOf } from "./lines.ts";
import { createProgress, endLine } from "./progress.ts";

const start: StartEvent = {
  type: "start",
  epochs: 10,
  stepsPerEpoch: 100,
  batchSize: 50,
  trainImages: 5000,
  validationImages: 500,
  parameters: 12_345,
  device: "cpu",
  step: 0,
};
const step = (at: number, loss = 0.5): StepEvent => ({
  type: "step",
  epoch: Math.ceil(at / 100),
  step: at,
  loss,
  accuracy: 0.9,
  learningRate: 0.001,
  imagesPerSecond: 5000,
});
const epoch: EpochEvent = {
  type: "epoch",
  epoch: 1,
  step: 100,
  train: { loss: 0.4, accuracy: 0.91 },
  validation: { loss: 0.3, accuracy: 0.925 },
  seconds: 1.5,
};

describe("on a terminal", () => {
  it("draws one line over again and leaves one line an epoch", () => {
    let clock = 0;
    const terminal = recordingTerminal({ isInteractive: true, columns: 140 });
    const progress = createProgress(terminal, () => clock);
    progress.show(start);
    progress.show(step(50));
    clock = 1000;
    progress.show(step(75));
    progress.show(epoch);
    const [first, second, third] = terminal.output().split("\r\u001b[2K");
    expect(first).toContain("epoch  1/10  ━━━━━━━━━━──────────  step  50/100  loss 0.5000  accuracy  90.0 %");
    expect(first).not.toContain("left");
    // 925 steps of 50 images at 5000 images/s.
    expect(second).toContain("step  75/100  loss 0.5000  accuracy  90.0 %  5000 images/s  9.3 s left");
    expect(third).toBe(
      "epoch  1/10  loss 0.4000  accuracy  91.00 %  validation loss 0.3000  accuracy  92.50 %  1.5 s\n",
    );
  });

  it("redraws no faster than the eye follows", () => {
    const terminal = recordingTerminal({ isInteractive: true });
    const progress = createProgress(terminal, () => 0);
    progress.show(start);
    progress.show(step(1));
    progress.show(step(2));
    expect(terminal.output()).toContain("step   1/100");
    expect(terminal.output()).not.toContain("step   2/100");
  });

  it("never fills the width", () => {
    for (const columns of [12, 30, 50, 80, 100, 140]) {
      const terminal = recordingTerminal({ isInteractive: true, hasColours: true, columns });
      const progress = createProgress(terminal, () => 0);
      progress.show(start);
      progress.show(step(512));
      expect(widthOf(terminal.output())).toBeLessThan(columns);
      expect(stripVTControlCharacters(terminal.output())).toMatch(/^epoch {2}6\/10/);
    }
  });
});

describe("into a file", () => {
  it("writes a plain line every half minute and one an epoch, without escape sequences", () => {
    let clock = 0;
    const terminal = recordingTerminal();
    const progress = createProgress(terminal, () => clock);
    progress.show(start);
    progress.show(step(10));
    clock = 29_000;
    progress.show(step(20));
    clock = 31_000;
    progress.show(step(30, Number.NaN));
    progress.show(epoch);
    const lines = terminal.output().trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe("epoch  1/10  step  30/100  loss NaN  accuracy  90.0 %  5000 images/s  9.7 s left");
    expect(lines[1]).toMatch(/^epoch {2}1\/10 {2}loss 0\.4000/);
    expect(stripVTControlCharacters(terminal.output())).toBe(terminal.output());
  });
});

it("says why a run ended", () => {
  const end = {
    type: "end",
    reason: "validation",
    epochs: 4,
    step: 12_000,
    seconds: 75,
    imagesPerSecond: 18_437,
    waited: 0.2,
  };
  expect(endLine(end as Parameters<typeof endLine>[0])).toBe(
    "validation no longer improves: 12 000 steps in 1 min 15 s, 18 400 images/s",
  );
  expect(endLine({ ...end, waited: 15 } as Parameters<typeof endLine>[0])).toBe(
    "validation no longer improves: 12 000 steps in 1 min 15 s, 18 400 images/s, 20 % of the time spent waiting for images",
  );
  const idle = { ...end, reason: "epochs", imagesPerSecond: 0 };
  expect(endLine(idle as Parameters<typeof endLine>[0])).toBe(
    "all epochs done: 12 000 steps, all of them before",
  );
  const none = { ...idle, reason: "interrupted", step: 0 };
  expect(endLine(none as Parameters<typeof endLine>[0])).toBe("interrupted: 0 steps");
});
