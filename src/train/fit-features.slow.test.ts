// What fit() can do beside the plain step: batches in parts, clipping, averaged weights, plateaus, checkpoints within
// epochs, the last with every option at once and resumed bit by bit.
import { beforeAll, describe, expect, it } from "vitest";
import { stripes } from "../../test/stripes.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { dropout, flatten, linear, sequential, stateDict } from "../nn/index.ts";
import { cosine, ema, lookahead, nadam, scaled, sgd } from "../optim/index.ts";
import { evaluate } from "./evaluate.ts";
import type { FitEvent } from "./events.ts";
import * as training from "./fit.ts";
import { decodeTrainingState, encodeTrainingState } from "./model-file.ts";
import type { FitOptions } from "./options.ts";
import type { FitResult } from "./training-loop.ts";
import type { TrainingState } from "./training-state.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const train = stripes(84, 1);
const usual = { epochs: 2, batchSize: 12, validation: 0.15 };
const start = (options: FitOptions = {}, layers = [linear(3)]) =>
  training.fit(
    sequential(flatten(), ...layers),
    { train },
    { optimizer: sgd({ lr: 0.05 }), ...usual, ...options },
  );

async function finish(run: training.FitRun): Promise<FitResult & { events: FitEvent[] }> {
  const events: FitEvent[] = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { ...value, events };
    events.push(value);
  }
}

const weightsOf = async ({ model }: FitResult) =>
  Object.values(await stateDict(model.net)).flatMap(({ data }) => [...data]);
const bytesOf = ({ model, state }: FitResult) => Buffer.from(encodeTrainingState(model, state));
const losses = (events: readonly FitEvent[]) =>
  events.flatMap((event) => (event.type === "epoch" ? [event.train.loss, event.train.accuracy] : []));

describe("accumulate", () => {
  it("takes the same steps, a batch in parts", async () => {
    const whole = await finish(start());
    const parts = await finish(start({ accumulate: 4 }));
    const [a, b] = [await weightsOf(whole), await weightsOf(parts)];
    a.forEach((w, i) => {
      expect(b[i]).toBeCloseTo(w, 10);
    });
    losses(whole.events).forEach((loss, i) => {
      expect(losses(parts.events)[i]).toBeCloseTo(loss, 10);
    });
  });
  it("must divide the batch", () => {
    expect(() => start({ accumulate: 5 })).toThrow("accumulate 5 does not divide the batch of 12 images");
  });
});

describe("clipping", () => {
  it("bounds the length of a step", async () => {
    const optimizer = sgd({ lr: 1 });
    const long = await finish(start({ optimizer, until: { stepNorm: 1.5 } }));
    expect(long.events.find(({ type }) => type === "step")).toBeDefined();
    // ‖step‖ = η‖g‖ ≤ 0.01 is below the criterion after the first step.
    const short = await finish(
      start({ optimizer: sgd({ lr: 1 }), clipNorm: 0.01, until: { stepNorm: 0.0101 } }),
    );
    expect([short.reason, short.state.position]).toEqual(["step-norm", 1]);
    const free = await finish(start({ optimizer: sgd({ lr: 1 }), until: { stepNorm: 0.0101 }, epochs: 1 }));
    expect(free.reason).toBe("epochs");
  });
  it("bounds the elements of a gradient", async () => {
    const before = await weightsOf(await finish(start({ optimizer: sgd({ lr: 0 }), epochs: 1 })));
    const limit = { optimizer: sgd({ lr: 1 }), clipValue: 1e-3, epochs: 1 };
    const after = await weightsOf(await finish(start(limit)));
    const moves = after.map((w, i) => Math.abs(w - before[i]!));
    // Five steps of at most 0.001 each; the largest gradients are far above that.
    expect(Math.max(...moves)).toBeLessThanOrEqual(5e-3 + 1e-12);
    expect(Math.max(...moves)).toBeGreaterThan(2e-3);
  });
});

describe("ema", () => {
  it("is what is evaluated and what the model has in the end; the state keeps both", async () => {
    const { model, state, events, validation } = await finish(
      start({ optimizer: ema(sgd({ lr: 0.1 }), { decay: 0.9 }) }),
    );
    const own = await stateDict(model.net);
    expect([...own["1.weight"]!.data]).toEqual([...state.optimizerState["ema.1.weight"]!.data]);
    expect([...own["1.weight"]!.data]).not.toEqual([...state.parameters["1.weight"]!.data]);
    const last = events.filter((event) => event.type === "epoch").at(-1)!;
    const run = start();
    const { loss } = await evaluate(model, run.validation!);
    expect(last.validation!.loss).toBe(loss);
    expect(validation!.loss).toBe(loss);
  });
  it("leaves the steps as they are", async () => {
    const plain = await finish(start({ optimizer: sgd({ lr: 0.1 }) }));
    const averaged = await finish(start({ optimizer: ema(sgd({ lr: 0.1 })) }));
    expect(averaged.state.parameters).toEqual(plain.state.parameters);
  });
});

describe("plateau", () => {
  it("lowers the learning rate where the loss no longer falls", async () => {
    const { events } = await finish(
      start({
        optimizer: sgd({ lr: 1e-9 }),
        epochs: 4,
        plateau: { patience: 0, factor: 0.5, threshold: 0.1 },
      }),
    );
    const rates = events.flatMap((event) => (event.type === "step" ? [event.learningRate] : []));
    expect([...new Set(rates)].map((rate) => rate * 1e9)).toEqual(
      [1, 0.5, 0.25].map((r) => expect.closeTo(r, 12)),
    );
  });
});

describe("checkpointEvery", () => {
  it("makes them within epochs, and any of them goes on bit by bit", async () => {
    const make = (options: FitOptions = {}) =>
      start(
        {
          optimizer: ema(lookahead(nadam({ lr: 0.01 }), { every: 4 }), { decay: 0.8 }),
          ...{
            accumulate: 2,
            clipNorm: 1,
            clipValue: 0.5,
            plateau: { patience: 0, threshold: 0.5 },
            epochs: 3,
          },
          ...options,
        },
        [dropout(0.2), linear(3)],
      );
    const states: TrainingState[] = [];
    const whole = await finish(
      make({
        checkpointEvery: { steps: 3 },
        onCheckpoint: async (state) => {
          states.push(state);
          return `step ${state.epoch * state.stepsPerEpoch + state.position}`;
        },
      }),
    );
    const told = whole.events.flatMap((event) => (event.type === "checkpoint" ? [event.step] : []));
    expect(told).toEqual([3, 5, 8, 10, 13, 15]);
    const mid = decodeTrainingState(encodeTrainingState(whole.model, states[2]!)).state;
    const resumed = await finish(make({ resume: mid }));
    expect(bytesOf(resumed).equals(bytesOf(whole))).toBe(true);
    expect(resumed.validation).toEqual(whole.validation);
  });
  it("also by the clock", async () => {
    const { events } = await finish(
      start({ epochs: 1, checkpointEvery: { minutes: 1e-9 }, onCheckpoint: async () => "here" }),
    );
    const steps = events.filter(({ type }) => type === "step").length;
    expect(events.filter(({ type }) => type === "checkpoint")).toHaveLength(steps);
  });
  it("is checked", () => {
    expect(() => start({ checkpointEvery: { steps: 0 } })).toThrow(
      "checkpointEvery.steps must be a whole number",
    );
    expect(() => start({ checkpointEvery: { step: 1 } as object })).toThrow('Did you mean "steps"?');
    expect(() => start({ clipNorm: 0 })).toThrow("clipNorm must be a number above 0");
    expect(() => start({ plateau: { factor: 2 } })).toThrow("reduceOnPlateau: factor 2");
  });
});

describe("callbacks", () => {
  it("are told of every event before who iterates, in order, and can end training", async () => {
    const told: string[] = [];
    const { events, reason, state, model } = await finish(
      start({
        callbacks: [
          async ({ type }) => void told.push(`first ${type}`),
          (event, { shape }) => {
            told.push(`second ${event.type} ${shape.join("×")}`);
            return event.type === "epoch" ? "stop" : undefined;
          },
        ],
        epochs: 9,
      }),
    );
    expect(reason).toBe("callback");
    expect([state.epoch, state.position]).toEqual([1, 0]);
    expect(told).toEqual(events.flatMap(({ type }) => [`first ${type}`, `second ${type} 1×6×6`]));
    expect((await stateDict(model.net))["1.weight"]).toEqual(state.parameters["1.weight"]);
  });
  it("that throw end the run with what they threw", async () => {
    const failing = start({
      callbacks: [
        () => {
          throw new Error("enough");
        },
      ],
    });
    await expect(finish(failing)).rejects.toThrow("enough");
  });
});

describe("stepsPerEvent", () => {
  it("bounds the steps an event tells of and changes no bit", async () => {
    const usually = await finish(start());
    const one = await finish(start({ stepsPerEvent: 1 }));
    const steps = one.events.flatMap((event) => (event.type === "step" ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: one.state.epoch * one.state.stepsPerEpoch }, (_, i) => i + 1));
    expect(bytesOf(one).equals(bytesOf(usually))).toBe(true);
  });
  it("must be a whole number", () => {
    expect(() => start({ stepsPerEvent: 0.5 })).toThrow(
      "stepsPerEvent must be a whole number from 1, it is 0.5",
    );
  });
});

describe("norms", () => {
  it("are the lengths of the gradient and of the update, in step events and without changing a bit", async () => {
    const plain = await finish(start({ epochs: 1, optimizer: sgd({ lr: 0.05 }) }));
    const { events, state } = await finish(start({ epochs: 1, optimizer: sgd({ lr: 0.05 }), norms: true }));
    const steps = events.filter((event) => event.type === "step");
    expect(steps.length).toBeGreaterThan(0);
    for (const { gradientNorm, updateNorm } of steps) {
      expect(gradientNorm).toBeGreaterThan(0);
      // One step of plain descent is as long as its learning rate times the gradient.
      expect(updateNorm! / gradientNorm!).toBeCloseTo(0.05, 10);
    }
    expect(state.parameters).toEqual(plain.state.parameters);
    expect(plain.events.find(({ type }) => type === "step")).not.toHaveProperty("gradientNorm");
  });
  it("are those before clipping", async () => {
    const { events } = await finish(start({ epochs: 1, norms: true, clipNorm: 1e-3 }));
    const step = events.find((event) => event.type === "step")!;
    expect(step.gradientNorm).toBeGreaterThan(0.01);
    expect(step.updateNorm).toBeCloseTo(0.05 * 1e-3, 10);
  });
});

describe("pauseAfter", () => {
  it("ends after so many epochs, to be gone on with as if there had been no pause", async () => {
    const options = { epochs: 4, optimizer: ema(nadam({ lr: scaled(0.02, cosine({ warmup: 0.1 })) })) };
    const whole = await finish(start(options));
    let saved = 0;
    const onCheckpoint = async () => `checkpoint ${++saved}`;
    const first = await finish(start({ ...options, pauseAfter: 3, onCheckpoint }));
    expect([first.reason, first.state.epoch, saved]).toEqual(["paused", 3, 3]);
    const end = first.events.at(-1)!;
    expect(end).toMatchObject({ type: "end", validation: first.validation });
    const nothing = await finish(start({ ...options, pauseAfter: 2, resume: first.state }));
    expect([nothing.reason, nothing.state.epoch]).toEqual(["paused", 3]);
    const second = await finish(start({ ...options, resume: first.state, pauseAfter: 4 }));
    expect(second.reason).toBe("epochs");
    expect(bytesOf(second).equals(bytesOf(whole))).toBe(true);
    expect(second.events.at(-1)).toMatchObject({ validation: whole.validation });
  });
});
