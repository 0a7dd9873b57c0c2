// Initialisers: bounds, moments, and orthogonality.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../base/random.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { conv2d } from "./convolution.ts";
import { type Initializer, init } from "./init.ts";
import { initialize } from "./initialize.ts";
import { stateDict } from "./state.ts";
import { linear } from "./weights.ts";

const SHAPE = [60, 40, 3, 3];
const FAN_IN = 360;
const FAN_OUT = 540;
const draw = (rule: Initializer, shape: readonly number[] = SHAPE) => [...rule(shape, new RandomStream(7))];

function momentsOf(values: readonly number[]) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length),
    largest: Math.max(...values.map(Math.abs)),
  };
}

const deviations: readonly [string, Initializer, number][] = [
  ["kaimingUniform", init.kaimingUniform(), Math.sqrt(2 / FAN_IN)],
  ["kaimingUniform by fan-out", init.kaimingUniform({ mode: "out", gain: 1 }), Math.sqrt(1 / FAN_OUT)],
  ["kaimingNormal", init.kaimingNormal(), Math.sqrt(2 / FAN_IN)],
  ["kaimingNormal by fan-out", init.kaimingNormal({ mode: "out" }), Math.sqrt(2 / FAN_OUT)],
  ["xavierUniform", init.xavierUniform(), Math.sqrt(2 / (FAN_IN + FAN_OUT))],
  ["xavierNormal", init.xavierNormal(2), 2 * Math.sqrt(2 / (FAN_IN + FAN_OUT))],
  ["normal", init.normal(0, 3), 3],
  // A normal cut at ±2σ keeps 0.8796 of its deviation.
  ["truncatedNormal", init.truncatedNormal(0.02), 0.02 * 0.8796256610342398],
];

describe("init", () => {
  it.each(deviations)("%s has mean 0 and the deviation of its rule", (_, rule, wanted) => {
    const { mean, deviation } = momentsOf(draw(rule));
    // 21 600 draws: the mean strays by σ/147, the deviation by at most 0.5 %.
    expect(Math.abs(mean)).toBeLessThan((4 * wanted) / 147);
    expect(deviation / wanted).toBeGreaterThan(0.98);
    expect(deviation / wanted).toBeLessThan(1.02);
  });

  it.each([
    ["kaimingUniform", init.kaimingUniform(), Math.sqrt(6 / FAN_IN)],
    ["xavierUniform", init.xavierUniform(), Math.sqrt(6 / (FAN_IN + FAN_OUT))],
    ["uniform", init.uniform(-2, 2), 2],
    ["truncatedNormal", init.truncatedNormal(0.5, 1.5), 0.75],
  ])("%s fills its bounds and stays within", (_, rule, bound) => {
    const { largest } = momentsOf(draw(rule));
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(0.99 * bound);
  });

  it.each([[[5, 12]], [[12, 5]], [[6, 2, 2, 2]]])(
    "orthogonal %j has QᵀQ = gain²·I on its shorter side",
    (shape) => {
      const values = draw(init.orthogonal(2), shape);
      const [rows, columns] = [shape[0]!, values.length / shape[0]!];
      const vectors =
        rows <= columns
          ? Array.from({ length: rows }, (_, i) => values.slice(i * columns, (i + 1) * columns))
          : Array.from({ length: columns }, (_, j) => values.filter((_, k) => k % columns === j));
      vectors.forEach((a, i) => {
        vectors.forEach((b, j) => {
          const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
          expect(product).toBeCloseTo(i === j ? 4 : 0, 5);
        });
      });
    },
  );

  it("gives constants, and is taken by layers", async () => {
    setDevice(new ReferenceDevice());
    expect(draw(init.constant(0.5), [3])).toEqual([0.5, 0.5, 0.5]);
    const options = { weightInit: init.ones(), biasInit: init.zeros() };
    for (const layer of [initialize(linear(2, options), [3]), initialize(conv2d(2, 1, options), [3, 1, 1])]) {
      const state = await stateDict(layer);
      expect([...state["weight"]!.data]).toEqual([1, 1, 1, 1, 1, 1]);
      expect([...state["bias"]!.data]).toEqual([0, 0]);
    }
  });

  it("says what does not fit", () => {
    expect(() => draw(init.kaimingNormal(), [3])).toThrow(
      "init: [3] has no fan-in, which needs two axes or more",
    );
    expect(() => init.constant(Number.NaN)).toThrow("init.constant: NaN must be finite numbers");
    expect(() => init.truncatedNormal(1, 0)).toThrow("init.truncatedNormal: bound 0 must be above 0");
    expect(() => linear(3, { weightinit: init.ones() } as object)).toThrow('Did you mean "weightInit"?');
  });
});
