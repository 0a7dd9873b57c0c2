// Parameter groups: who is updated by what, state that is kept apart, and what is refused.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { adamW } from "./adam.ts";
import { withoutDecay } from "./groups.ts";
import { muon } from "./muon.ts";
import { nadam } from "./nadam.ts";
import type { NamedTensors, Optimizer } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const make = () => ({
  "0.weight": tensor([
    [1, 2],
    [3, 4],
  ]),
  "0.bias": tensor([5, 6]),
});

async function stepOf(optimizer: Optimizer, parameters: NamedTensors, slopes: NamedTensors): Promise<void> {
  optimizer.init(parameters);
  await compile(() => optimizer.update(parameters, slopes, tensor(0.1)))();
}

describe("groups", () => {
  it("give other options to the parameters they match", async () => {
    const w = make();
    const zeros = { "0.weight": w["0.weight"].mul(0), "0.bias": w["0.bias"].mul(0) };
    await stepOf(sgd({ weightDecay: 1, groups: [withoutDecay] }), w, zeros);
    expect(await w["0.weight"].toArray()).toEqual([
      [0.9, 1.8],
      [2.7, 3.6],
    ]);
    expect(await w["0.bias"].toArray()).toEqual([5, 6]);
  });

  it("scale the learning rate, the first that matches winning", async () => {
    const w = make();
    const ones = {
      "0.weight": tensor([
        [1, 1],
        [1, 1],
      ]),
      "0.bias": tensor([1, 1]),
    };
    const groups = [
      { match: (name: string) => name === "0.bias", lrScale: 10 },
      { match: () => true, lrScale: 0 },
    ];
    await stepOf(sgd({ groups }), w, ones);
    expect(await w["0.bias"].toArray()).toEqual([4, 5]);
    expect(await w["0.weight"].data()).toEqual(Float64Array.of(1, 2, 3, 4));
  });

  it("keep their state apart, scalars included", () => {
    const optimizer = adamW({ groups: [{ ...withoutDecay, betas: [0.5, 0.9] }] });
    optimizer.init(make());
    expect(Object.keys(optimizer.state)).toEqual([
      ...["group1.correction1", "group1.correction2", "group1.mean.0.bias", "group1.square.0.bias"],
      ...["correction1", "correction2", "mean.0.weight", "square.0.weight"],
    ]);
  });

  it.each([
    [() => sgd({ groups: [{ match: () => true, lr: 1 } as never] }), "sgd: groups[0] has an lr of its own"],
    [() => sgd({ groups: [{} as never] }), "sgd: groups[0] has no function match"],
    [() => sgd({ groups: [{ match: () => true, lrScale: -1 }] }), "sgd: groups[0]: lrScale -1 must be"],
    [
      () => sgd({ groups: [{ match: () => true, momentun: 0.9 } as never] }),
      'option "momentun" is unknown. Did you mean "momentum"?',
    ],
    [() => nadam({ momentumDecay: -1 }), "nadam: momentumDecay -1"],
    [() => rmsprop({ alpha: 1 }), "rmsprop: alpha 1 must be at least 0 and below 1"],
    [() => muon({ iterations: 0 }), "muon: iterations 0 must be a whole number from 1"],
    [() => muon({ rest: { lrScale: Number.NaN } }), "muon: rest.lrScale NaN"],
  ])("and options are refused when wrong, %#", (build, message) => {
    expect(build).toThrow(ConfigError);
    expect(build).toThrow(message);
  });
});

describe("muon", () => {
  it("makes a step whose singular values are near 1, whatever those of the gradient", async () => {
    const w = {
      a: tensor([
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
      b: tensor([1]),
    };
    // Columns are at right angles, their lengths 300 and 3: UVᵀ has columns of length 1 in the same directions.
    const slopes = {
      a: tensor([
        [300, 0],
        [0, 3],
        [0, 0],
      ]),
      b: tensor([0]),
    };
    await stepOf(muon({ weightDecay: 0 }), w, slopes);
    const step = [...(await w.a.data())].map((x) => x / (-0.1 * Math.sqrt(3 / 2)));
    for (const [i, x] of step.entries()) {
      const isOn = i === 0 || i === 3;
      expect(Math.abs(x - (isOn ? 0.95 : 0))).toBeLessThan(isOn ? 0.35 : 1e-9);
    }
  });

  it("leaves what is no matrix to adamW", () => {
    const optimizer = muon();
    optimizer.init(make());
    expect(Object.keys(optimizer.state)).toEqual([
      ...[
        "momentum.0.weight",
        "rest.correction1",
        "rest.correction2",
        "rest.mean.0.bias",
        "rest.square.0.bias",
      ],
    ]);
  });
});
