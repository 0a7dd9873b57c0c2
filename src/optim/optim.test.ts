// Optimisers against the formulas written out for one number, schedules against PyTorch's numbers, clipping.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AdamOptions, adam, adamW } from "./adam.ts";
import { clipGradients, globalNorm } from "./clip.ts";
import { learningRateAt, type Optimizer } from "./optimizer.ts";
import { constant, cosine, oneCycle, scaled } from "./schedule.ts";
import { sgd } from "./sgd.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const START = 1.5;
const RATES = [0.1, 0.1, 0.05, 0.2];
const slopeAt = (w: number): number => 4 * w ** 3 - 2;

/** The values of w as the optimiser minimises w⁴ − 2w with these learning rates. */
async function descend(optimizer: Optimizer): Promise<number[]> {
  const w = tensor([START]);
  optimizer.init({ w });
  const step = compile((learningRate: Tensor) => {
    const loss = w.square().square().sub(w.mul(2)).sum();
    optimizer.update({ w }, { w: gradients(loss, w) }, learningRate);
  });
  const path: number[] = [];
  for (const rate of RATES) {
    await step(tensor(rate));
    path.push((await w.data())[0]!);
  }
  return path;
}

function sgdByHand(momentum: number, dampening: number, isNesterov: boolean, decay: number): number[] {
  let w = START;
  let velocity: number | undefined;
  return RATES.map((rate) => {
    const g = slopeAt(w) + decay * w;
    velocity = velocity === undefined ? g : momentum * velocity + (1 - dampening) * g;
    w -= rate * (isNesterov ? g + momentum * velocity : velocity);
    return w;
  });
}

function adamByHand(options: Required<Omit<AdamOptions, "lr">>, isDecoupled: boolean): number[] {
  const [beta1, beta2] = options.betas;
  let [w, m, v] = [START, 0, 0];
  return RATES.map((rate, i) => {
    const g = slopeAt(w) + (isDecoupled ? 0 : options.weightDecay * w);
    if (isDecoupled) w -= rate * options.weightDecay * w;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    w -= (rate * (m / (1 - beta1 ** (i + 1)))) / (Math.sqrt(v / (1 - beta2 ** (i + 1))) + options.eps);
    return w;
  });
}

const expectClose = (actual: readonly number[], wanted: readonly number[]) => {
  expect(actual).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 12);
  });
};

describe("sgd", () => {
  it.each([
    [{}, [0, 0, false, 0]],
    [{ momentum: 0.9 }, [0.9, 0, false, 0]],
    [{ momentum: 0.9, nesterov: true, weightDecay: 0.1 }, [0.9, 0, true, 0.1]],
    [{ momentum: 0.5, dampening: 0.3 }, [0.5, 0.3, false, 0]],
    [{ weightDecay: 0.2 }, [0, 0, false, 0.2]],
  ] as const)("with %j follows its formula", async (options, [momentum, dampening, nesterov, decay]) => {
    expectClose(await descend(sgd(options)), sgdByHand(momentum, dampening, nesterov, decay));
  });

  it("keeps state only for what it needs", () => {
    const parameters = { "0.weight": tensor([1, 2]) };
    const names = (optimizer: Optimizer) => {
      optimizer.init(parameters);
      return Object.entries(optimizer.state).map(([name, { shape }]) => [name, ...shape]);
    };
    expect(names(sgd())).toEqual([]);
    expect(names(sgd({ momentum: 0.9 }))).toEqual([["momentum.0.weight", 2]]);
    expect(names(sgd({ momentum: 0.9, dampening: 0.1 }))).toEqual([["started"], ["momentum.0.weight", 2]]);
  });
});

describe("adam", () => {
  const usual = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;

  it.each([{}, { betas: [0.5, 0.9], eps: 0.1 }, { weightDecay: 0.3 }] as const)(
    "with %j follows its formula",
    async (options) => {
      expectClose(await descend(adam(options)), adamByHand({ ...usual, ...options }, false));
    },
  );

  it.each([{}, { weightDecay: 0.3 }, { weightDecay: 0 }])(
    "with its decay apart (adamW) and %j follows its formula",
    async (options) => {
      expectClose(
        await descend(adamW(options)),
        adamByHand({ ...usual, weightDecay: 0.01, ...options }, true),
      );
    },
  );

  it("goes on from a saved state as if it had not stopped", async () => {
    const w = tensor([START]);
    const run = async (optimizer: Optimizer) => {
      const step = compile((learningRate: Tensor) => {
        optimizer.update({ w }, { w: w.square().mul(w).mul(4).sub(2) }, learningRate);
      });
      await step(tensor(RATES[0]!));
      return (await w.data())[0]!;
    };
    const first = adam();
    first.init({ w });
    await run(first);
    const saved = await Promise.all(
      Object.entries(first.state).map(async ([k, v]) => [k, await v.data()] as const),
    );
    const kept = await w.data();
    const straight = await run(first);
    await w.write(kept);
    const resumed = adam();
    resumed.init({ w });
    await Promise.all(saved.map(([name, data]) => resumed.state[name]!.write(data)));
    expect(await run(resumed)).toBe(straight);
  });
});

describe("init", () => {
  it("begins anew: other parameters, and zeros", async () => {
    const optimizer = sgd({ momentum: 0.9 });
    optimizer.init({ old: tensor([1]) });
    optimizer.init({ w: tensor([1, 2]) });
    expect(Object.keys(optimizer.state)).toEqual(["momentum.w"]);
    await optimizer.state["momentum.w"]!.write([3, 4]);
    optimizer.init({ w: tensor([1, 2]) });
    expect(await optimizer.state["momentum.w"]!.toArray()).toEqual([0, 0]);
  });
});

describe("options", () => {
  it.each([
    [() => sgd({ lr: -1 }), "sgd: lr -1 must be a finite number ≥ 0"],
    [() => sgd({ lr: Number.NaN }), "sgd: lr NaN must be"],
    [() => sgd({ momentum: 1 }), "sgd: momentum 1 must be at least 0 and below 1"],
    [() => sgd({ nesterov: true }), "sgd: nesterov needs momentum above 0 and dampening 0, they are 0 and 0"],
    [
      () => sgd({ weight_decay: 1 } as object),
      'sgd: option "weight_decay" is unknown. Did you mean "weightDecay"?',
    ],
    [() => adam({ momentum: 1 } as object), 'adam: option "momentum" is unknown'],
    [() => adamW({ betas: [0.9, 1] }), "adamW: betas[1] 1 must be at least 0 and below 1"],
    [() => adam({ betas: 0.9 as never }), "adam: betas 0.9 must be two numbers"],
    [() => adam({ eps: -1 }), "adam: eps -1"],
    [() => cosine({ warmup: 2 }), "cosine: warmup 2 must be from 0 to 1"],
    [() => oneCycle({ startDivisor: 0 }), "oneCycle: a divisor must be at least 1, it is 0"],
    [() => clipGradients({}, 0), "clipGradients: maxNorm 0 must be above 0"],
  ])("are refused when wrong, %#", (make, message) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });

  it("must be complete: state and gradients for every parameter", async () => {
    const w = tensor([1]);
    const update = (optimizer: Optimizer, slopes: Record<string, Tensor>) =>
      compile(() => optimizer.update({ w }, slopes, tensor(0.1)))();
    await expect(update(adam(), { w })).rejects.toThrow('adam: there is no state "correction1". Call init');
    await expect(update(sgd(), {})).rejects.toThrow('sgd: parameter "w" has no gradient');
  });
});

describe("schedules", () => {
  const values = (schedule: (step: number, total: number) => number, total: number) =>
    Array.from({ length: total }, (_, step) => schedule(step, total));

  it("rise and fall as a cosine", () => {
    expectClose(values(cosine(), 3), [1, 0.5, 0]);
    expectClose(values(cosine({ warmup: 0.5, final: 0.1 }), 6), [1 / 3, 2 / 3, 1, 1, 0.55, 0.1]);
    expect(values(cosine(), 1)).toEqual([1]);
  });

  it("go through one cycle as PyTorch's OneCycleLR does", () => {
    // lr_scheduler.OneCycleLR(optimizer, max_lr=1, total_steps=10)
    const wanted = [
      0.04, 0.52, 1, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
      0.18825834605023697, 0.049519367986526286, 4e-6,
    ];
    expectClose(values(oneCycle(), 10), wanted);
    expect(values(oneCycle({ rise: 1 }), 1)).toEqual([1]);
  });

  it("are numbers or functions of the step", () => {
    expect(learningRateAt(sgd({ lr: 0.3 }), 5, 10)).toBe(0.3);
    expect(learningRateAt(adam({ lr: scaled(2, cosine()) }), 1, 3)).toBeCloseTo(1, 15);
    expect(constant(0.7)(3, 9)).toBe(0.7);
  });
});

describe("clipping", () => {
  const slopes = () => ({ a: tensor([3]), b: [tensor([[0, 4]])] });

  it("measures all tensors together", async () => {
    expect(await globalNorm(slopes()).item()).toBe(5);
    expect(await globalNorm({}).item()).toBe(0);
  });

  it("shortens what is too long and leaves the rest", async () => {
    const { gradients: short, norm } = clipGradients(slopes(), 1);
    expect(await norm.item()).toBe(5);
    expect(await globalNorm(short).item()).toBeCloseTo(1, 6);
    expect(await short.b[0]!.toArray()).toEqual([[0, 4 / (5 + 1e-6)]]);
    expect(await clipGradients(slopes(), 10).gradients.a.toArray()).toEqual([3]);
  });
});
