// Training that leaves the finite numbers: which value is named, on which step, and what is left of the run.
import { beforeAll, describe, expect, it } from "vitest";
import { streamed } from "../../test/streamed.ts";
import { stripes } from "../../test/stripes.ts";
import { DivergenceError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import {
  batchNorm2d,
  conv2d,
  flatten,
  type Layer,
  linear,
  relu,
  residual,
  sequential,
  stateDict,
} from "../nn/index.ts";
import { type Optimizer, sgd } from "../optim/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as training from "./fit.ts";
import type { FitOptions } from "./options.ts";
import type { TrainingState } from "./training-state.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const data = { train: stripes(84, 1), validation: stripes(12, 2) };

/** Trains to the error; gives it, the states saved before, and the parameters the net is left with. */
async function failing(net: Layer, options: FitOptions) {
  const saved: TrainingState[] = [];
  const run = training.fit(net, data, {
    ...{ batchSize: 12, epochs: 3, optimizer: sgd({ lr: 0.05 }) },
    onCheckpoint: async (state) => {
      saved.push(state);
      return undefined;
    },
    ...options,
  });
  const error = await (async () => {
    for await (const _ of run);
  })().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(DivergenceError);
  return { error: error as DivergenceError, saved, left: await stateDict(run.model.net) };
}

/** A layer of one's own that gives NaN for x < −shift. */
const rootOf = (shift: number): Layer =>
  function root(x: Tensor) {
    return x.add(shift).sqrt();
  };

/** Plain descent whose rate is `late` from step 9 on, the third step of the second epoch. */
const wild = (late: number): Optimizer => sgd({ lr: (step) => (step < 9 ? 0.01 : late) });

describe("a loss that is not finite is traced to", () => {
  it("the output of the first layer that gives such a value, whatever it is made of", async () => {
    const net = () =>
      sequential(conv2d(2, 3), residual(conv2d(2, 3, { padding: 1 }), rootOf(-1e3)), flatten(), linear(3));
    const { error } = await failing(net(), {});
    expect(error.message).toBe(
      "fit: the loss is NaN at step 1 (epoch 1, step 1 of 7) with learning rate 0.05: the first value that is not " +
        "finite is the output of layer 1.1 (root), at step 1. Train with a smaller learning rate, or clip the gradients.",
    );
    expect(error.fields).toMatchObject({
      ...{ step: 1, epoch: 1, loss: Number.NaN, learningRate: 0.05 },
      first: { kind: "output", name: "1.1", type: "root", step: 1 },
    });
  });

  it("the parameter that the step before has spoilt, and the run is left as at the last checkpoint", async () => {
    const net = sequential(flatten(), linear(8), relu(), linear(3));
    const { error, saved, left } = await failing(net, { optimizer: wild(Number.POSITIVE_INFINITY) });
    expect(error.message).toMatch(
      /^fit: the loss is NaN at step 11 \(epoch 2, step 4 of 7\) .*: the first value that is not finite is the parameter 1\.weight, after step 10\. Train .*; the last checkpoint is not affected\.$/,
    );
    expect(saved.map(({ epoch }) => epoch)).toEqual([1]);
    expect(left).toEqual(saved[0]!.parameters);
  });

  it.each([1, 3])(
    "the gradient, where the forward pass is finite; batches in %i parts",
    async (accumulate) => {
      // √0 has the gradient ∞.
      const net = sequential(flatten(), linear(3), (x: Tensor) => x.sub(x).abs().sqrt().add(x));
      const { error } = await failing(net, { accumulate });
      expect(error.message).toContain(
        "the first value that is not finite is the gradient of 1.bias, at step 1.",
      );
      expect(error.message).toMatch(/^fit: the loss is NaN at step 2 /);
    },
  );

  it("also where random numbers, running means and many steps a call are part of it", async () => {
    const net = sequential(conv2d(3, 3), batchNorm2d(), relu(), flatten(), linear(3));
    const options: FitOptions = { augment: 1, optimizer: wild(1e300), checkpointEvery: { steps: 3 } };
    const { error, saved, left } = await failing(net, options);
    expect(error.fields["first"]).toMatchObject({
      step: expect.toSatisfy((step: number) => step === 11 || step === 12),
    });
    expect(left).toEqual(saved.at(-1)!.parameters);
  });
});

it("is traced on a stream too, whose windows are read again", async () => {
  const reads: number[] = [];
  const train = streamed(stripes(132, 1), [50, 82], (indices) => void reads.push(indices.length));
  const net = sequential(flatten(), linear(8), relu(), linear(3));
  // Windows of 8 steps: the one that fails is in the second of the epoch.
  const optimizer = sgd({ lr: (step) => (step < 9 ? 0.01 : Number.POSITIVE_INFINITY) });
  const run = training.fit(net, { train, validation: train }, { batchSize: 12, epochs: 2, optimizer });
  const failure = (async () => {
    for await (const _ of run);
  })();
  await expect(failure).rejects.toThrow(
    /^fit: the loss is NaN at step 11 \(epoch 1, step 11 of 11\) .* is the parameter 1\.weight, after step 10\./,
  );
  expect(reads.filter((count) => count === 96).length).toBeGreaterThan(1);
});

describe("a parameter that is not finite", () => {
  it("after the last step of an epoch ends training before it is scored or saved", async () => {
    const optimizer = sgd({ lr: (step) => (step < 13 ? 0.01 : Number.POSITIVE_INFINITY) });
    const { error, saved } = await failing(sequential(flatten(), linear(3)), { optimizer });
    expect(error.message).toMatch(
      /^fit: a parameter is no finite number after step 14 \(epoch 2, step 7 of 7\) .* is the parameter 1\.weight, after step 14\./,
    );
    expect(saved.map(({ epoch }) => epoch)).toEqual([1]);
  });
});
