// Training from end to end on small sets: events, criteria, determinism, interruption and resuming, bit by bit.
import { beforeAll, describe, expect, it } from "vitest";
import { stripes } from "../../test/stripes.ts";
import { CheckpointError, ConfigError, DivergenceError, ShapeError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { dropout, flatten, linear, relu, sequential } from "../nn/index.ts";
import { adamW, sgd } from "../optim/index.ts";
import { evaluate } from "./evaluate.ts";
import type { FitEvent } from "./events.ts";
import * as training from "./fit.ts";
import { decodeTrainingState, encodeTrainingState } from "./model-file.ts";
import type { FitOptions } from "./options.ts";
import type { FitResult } from "./training-loop.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const train = stripes(132, 1);
const net = () => sequential(flatten(), linear(12), relu(), dropout(0.2), linear(3));
const start = (options: FitOptions = {}) =>
  training.fit(net(), { train }, { optimizer: adamW({ lr: 0.02 }), epochs: 3, batchSize: 16, ...options });

async function finish(run: training.FitRun): Promise<FitResult & { events: FitEvent[] }> {
  const events: FitEvent[] = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { ...value, events };
    events.push(value);
  }
}

/** The state as bytes: equal exactly where every bit of it is. */
const bytesOf = ({ model, state }: FitResult) => Buffer.from(encodeTrainingState(model, state));

describe("fit", () => {
  it("learns, and tells of it step by step and epoch by epoch", async () => {
    const run = start({ epochs: 6 });
    expect([run.train.labels.length, run.validation?.labels.length]).toEqual([119, 13]);
    const { events, reason, validation } = await finish(run);
    // 119 images make 7 batches of 16; the 7 images left over are left out.
    expect(events[0]).toMatchObject({
      type: "start",
      stepsPerEpoch: 7,
      trainImages: 119,
      validationImages: 13,
      parameters: 36 * 12 + 12 + 12 * 3 + 3,
      step: 0,
    });
    const steps = events.filter((event) => event.type === "step");
    expect(steps.at(-1)).toMatchObject({ epoch: 6, step: 42, learningRate: 0.02 });
    const epochs = events.filter((event) => event.type === "epoch");
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3, 4, 5, 6].map((n) => [n, 7 * n]));
    expect(epochs.at(-1)!.train.loss).toBeLessThan(epochs[0]!.train.loss / 3);
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "epochs", epochs: 6, step: 42 });
    expect(reason).toBe("epochs");
    expect(epochs.at(-1)!.validation).toEqual(validation);
    expect((await evaluate(run.model, stripes(60, 2))).accuracy).toBeGreaterThan(0.9);
  });

  it("tells the mean over the steps of an epoch, whatever calls they were done in", async () => {
    const { events } = await finish(start({ epochs: 1 }));
    let [loss, right, before] = [0, 0, 0];
    for (const event of events) {
      if (event.type !== "step") continue;
      loss += event.loss * (event.step - before);
      right += event.accuracy * (event.step - before);
      before = event.step;
    }
    const epoch = events.find((event) => event.type === "epoch")!;
    expect(epoch.train.loss).toBeCloseTo(loss / 7, 12);
    expect(epoch.train.accuracy).toBeCloseTo(right / 7, 12);
  });

  it("gives the same bits for the same seed, also when every step is a call, and others for another", async () => {
    const first = bytesOf(await finish(start()));
    expect(bytesOf(await finish(start())).equals(first)).toBe(true);
    // This criterion never holds, but has every step looked at alone.
    const single = await finish(start({ until: { stepNorm: 1e-300 } }));
    expect(single.events.filter((event) => event.type === "step")).toHaveLength(21);
    expect(bytesOf(single).equals(first)).toBe(true);
    expect(bytesOf(await finish(start({ seed: 2 }))).equals(first)).toBe(false);
  });

  it("goes on from an interruption as if there had been none", async () => {
    // The norm never holds, but has every step looked at alone, so that the interruption falls within an epoch.
    const until = { validation: { patience: 9 }, stepNorm: 1e-300 };
    const options: FitOptions = { augment: 1, until };
    const whole = bytesOf(await finish(start(options)));
    const controller = new AbortController();
    const saved: Uint8Array[] = [];
    const run = start({
      ...options,
      signal: controller.signal,
      onCheckpoint: async (state) => {
        saved.push(encodeTrainingState(run.model, state));
        return `checkpoint ${saved.length}`;
      },
    });
    const events: FitEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "step" && event.step > 7) controller.abort();
    }
    const last = events.at(-1)!;
    expect(last).toMatchObject({ type: "end", reason: "interrupted", epochs: 1 });
    expect(last.type === "end" && last.step % 7).toBeGreaterThan(0);
    expect(events.filter((event) => event.type === "checkpoint").map(({ path }) => path)).toEqual([
      "checkpoint 1",
      "checkpoint 2",
    ]);
    const { state } = decodeTrainingState(saved.at(-1)!);
    const resumed = await finish(start({ ...options, resume: state }));
    expect(resumed.events[0]).toMatchObject({ type: "start", step: last.type === "end" ? last.step : 0 });
    expect(bytesOf(resumed).equals(whole)).toBe(true);
  });

  it("does nothing more where the signal was given before the first step", async () => {
    const { events, reason } = await finish(start({ signal: AbortSignal.abort() }));
    expect(reason).toBe("interrupted");
    expect(events.map(({ type }) => type)).toEqual(["start", "end"]);
  });

  it("takes a validation set as given, or none, and a whole small set as one batch", async () => {
    const own = training.fit(net(), { train, validation: stripes(9, 5) }, { epochs: 1, batchSize: 500 });
    expect(own.train).toBe(train);
    const { events } = await finish(own);
    expect(events[0]).toMatchObject({ batchSize: 132, stepsPerEpoch: 1, validationImages: 9 });
    const none = await finish(start({ validation: 0, epochs: 1 }));
    expect(none.validation).toBeUndefined();
    expect(none.events.find((event) => event.type === "epoch")).not.toHaveProperty("validation");
  });
});

describe("fit stops", () => {
  it("when the gradient or the step is short, at the step where it is", async () => {
    const flat = await finish(start({ until: { gradientNorm: 1e6 } }));
    expect([flat.reason, flat.events.at(-1)]).toMatchObject(["gradient-norm", { step: 1, epochs: 0 }]);
    // One step of plain descent is as long as its learning rate times the gradient.
    const short = start({
      optimizer: sgd({ lr: (step) => (step < 4 ? 0.1 : 1e-12) }),
      until: { stepNorm: 1e-8 },
    });
    expect((await finish(short)).events.at(-1)).toMatchObject({ reason: "step-norm", step: 5 });
  });

  it("when validation no longer improves, with the best epoch's parameters", async () => {
    // The rate that ruins the net comes after the second epoch.
    const optimizer = sgd({ lr: (step) => (step < 14 ? 0.05 : 30) });
    const run = start({ optimizer, epochs: 20, until: { validation: { patience: 2 } } });
    const { reason, validation, events, state } = await finish(run);
    const epochs = events.filter((event) => event.type === "epoch");
    expect(reason).toBe("validation");
    expect(state.best?.epoch).toBe(epochs.length - 2);
    const losses = epochs.map((event) => event.validation!.loss);
    expect(validation?.loss).toBe(Math.min(...losses));
    expect((await evaluate(run.model, run.validation!)).loss).toBe(validation?.loss);
  });

  it("when the target is reached or the time is over", async () => {
    const reached = await finish(start({ target: 0.01 }));
    expect([reached.reason, reached.state.epoch]).toEqual(["target", 1]);
    const late = await finish(start({ maxSeconds: 1e-9 }));
    expect([late.reason, late.state.position]).toEqual(["time", 0]);
  });

  it("with an error where the loss is no number, naming the step and the cure", async () => {
    const run = start({ optimizer: sgd({ lr: (step) => (step < 9 ? 0.1 : 1e308) }) });
    const failure = await finish(run).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect((failure as Error).message).toMatch(
      /^fit: the loss is (NaN|Infinity) at step 1[1-3] \(epoch 2, step [4-6] of 7\) .* smaller learning rate, or clip the gradients\.$/,
    );
    const saving = start({
      optimizer: sgd({ lr: (step) => (step < 9 ? 0.1 : 1e308) }),
      onCheckpoint: async () => undefined,
    });
    await expect(finish(saving)).rejects.toThrow(/gradients; the last checkpoint is not affected\.$/);
  });
});

describe("fit refuses", () => {
  it("wrong options, naming the nearest right one", () => {
    const attempt = (options: object) => () => start(options);
    expect(attempt({ epoch: 3 })).toThrow(/option "epoch" is unknown. Did you mean "epochs"\?/);
    expect(attempt({ until: { validaton: {} } })).toThrow(/Did you mean "validation"\?/);
    expect(attempt({ epochs: 0 })).toThrow("fit: epochs must be a whole number from 1, it is 0.");
    expect(attempt({ validation: 1 })).toThrow(ConfigError);
    expect(attempt({ batchSize: 0.5 })).toThrow(/batchSize must be a whole number/);
    for (const augment of [["affine"], "affine", [undefined]] as never[]) {
      expect(attempt({ augment })).toThrow(
        /augment holds .*, which is no augmentation\. Give a list of what data/,
      );
    }
    expect(attempt({ until: { validation: { patience: 0 } } })).toThrow(/patience must be a whole number/);
  });

  it("nets that do not fit the data", () => {
    expect(() => training.fit(sequential(flatten(), linear(4)), { train })).toThrow(ShapeError);
    expect(() => training.fit(sequential(flatten(), linear(4)), { train })).toThrow(
      /gives 4 for an image.*3 classes/,
    );
    expect(() => training.fit("cn", { train })).toThrow(/"cn" is unknown. Did you mean "cnn"\?/);
  });

  it("states of other runs", async () => {
    const { state } = await finish(start({ epochs: 1 }));
    expect(() => start({ resume: state, seed: 9 })).toThrow(
      "fit: the state to resume has seed 1, this run has 9.",
    );
    expect(() => start({ resume: state, optimizer: sgd() })).toThrow(CheckpointError);
    const other = training.fit(
      sequential(flatten(), linear(3)),
      { train },
      { resume: state, batchSize: 16, optimizer: adamW() },
    );
    await expect(finish(other)).rejects.toThrow(CheckpointError);
  });
});
