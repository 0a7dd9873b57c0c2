// Activations: their values, derivatives against central differences, and behaviour at extremes.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import * as activations from "./activations.ts";
import { apply, type LayerObject } from "./layer.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log(1 + Math.exp(x));
const clamp6 = (x: number) => Math.min(Math.max(x, 0), 6);
const eluBy = (x: number, alpha: number) => (x > 0 ? x : alpha * (Math.exp(x) - 1));

// Each with its formula and its derivative at 0, where many have a kink.
const cases: readonly [string, LayerObject, (x: number) => number, number][] = [
  ["leakyRelu", activations.leakyRelu(0.2), (x) => (x > 0 ? x : 0.2 * x), 0.2],
  ["elu", activations.elu(1.5), (x) => eluBy(x, 1.5), 1.5],
  [
    "selu",
    activations.selu(),
    (x) => 1.0507009873554805 * eluBy(x, 1.6732632423543772),
    1.0507009873554805 * 1.6732632423543772,
  ],
  [
    "gelu tanh",
    activations.gelu({ approximate: "tanh" }),
    (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    0.5,
  ],
  ["silu", activations.silu(), (x) => x * sigmoid(x), 0.5],
  ["mish", activations.mish(), (x) => x * Math.tanh(softplus(x)), 0.6],
  ["hardswish", activations.hardswish(), (x) => (x * clamp6(x + 3)) / 6, 0.5],
  ["hardsigmoid", activations.hardsigmoid(), (x) => clamp6(x + 3) / 6, 1 / 6],
  ["softplus", activations.softplus(), softplus, 0.5],
  ["softsign", activations.softsign(), (x) => x / (1 + Math.abs(x)), 1],
];

const finite: readonly [string, LayerObject][] = [
  ...cases.map(([name, layer]) => [name, layer] as [string, LayerObject]),
  ["gelu", activations.gelu()],
];

describe("activations", () => {
  it.each(cases)("%s follows its formula", async (_, layer, formula, slopeAtZero) => {
    const x = [-9, -3.5, -2.9, -1, -0.1, 0.1, 1, 2.9, 3.5, 9];
    const y = await apply(layer, tensor(Float64Array.from(x))).data();
    x.forEach((value, i) => {
      expect(y[i]).toBeCloseTo(formula(value), 12);
    });
    const zero = tensor([0]);
    expect(await gradients(apply(layer, zero).sum(), zero).item()).toBeCloseTo(slopeAtZero, 12);
  });

  it("gelu is x·Φ(x)", async () => {
    const y = await apply(activations.gelu(), tensor(Float64Array.of(1, -2))).data();
    // Φ(1) and Φ(−2) from tables of the normal distribution.
    expect(y[0]).toBeCloseTo(0.8413447460685429, 12);
    expect(y[1]).toBeCloseTo(-2 * 0.02275013194817921, 12);
  });

  it.each(finite)("%s has the gradient that central differences find", async (_, layer) => {
    const x = tensor(Float64Array.of(-4.2, -1.7, -0.3, 0.4, 1.9, 5));
    expect((await checkGradients((t) => apply(layer, t).square().sum(), x)).error).toBeLessThan(1e-8);
  });

  it.each(finite)("%s and its gradient are finite everywhere, and NaN stays NaN", async (_, layer) => {
    const x = tensor(Float64Array.of(-1e30, -1e4, -40, 0, 40, 1e4, 1e30));
    const y = apply(layer, x);
    const slope = gradients(y.sum(), x);
    for (const value of [...(await slope.data()), ...(await y.data())])
      expect(Number.isFinite(value)).toBe(true);
    expect(await apply(layer, tensor([Number.NaN])).item()).toBeNaN();
  });

  it("softmax and logSoftmax take the axis they are given", async () => {
    const x = tensor([
      [1, 2],
      [3, 5],
    ]);
    const [columns, rows] = await Promise.all([
      apply(activations.softmax(0), x).data(),
      apply(activations.logSoftmax(), x).data(),
    ]);
    expect(columns[0]! + columns[2]!).toBeCloseTo(1, 14);
    expect(columns[0]).toBeCloseTo(1 / (1 + Math.exp(2)), 14);
    expect(rows[2]).toBeCloseTo(-Math.log(1 + Math.exp(2)), 14);
  });
});
