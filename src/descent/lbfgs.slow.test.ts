// L-BFGS: on functions whose least point is known, its line search and its curvature by themselves, its options.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, DivergenceError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Curvature } from "./curvature.ts";
import { findStep } from "./line-search.ts";
import { minimize } from "./minimize.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const rosenbrock = ({ x, y }: { x: Tensor; y: Tensor }) =>
  y.sub(x.square()).square().mul(100).add(x.neg().add(1).square()).sum();

describe("minimize by lbfgs", () => {
  it("finds the end of Rosenbrock's valley in few steps", async () => {
    const w0 = { x: tensor(-1.2), y: tensor(1) };
    const { w, reason, steps, path, value } = await minimize(rosenbrock, w0, {
      method: "lbfgs",
      until: { gradientNorm: 1e-8 },
    });
    expect(reason).toBe("gradient-norm");
    expect([await w.x.item(), await w.y.item()]).toEqual([expect.closeTo(1, 8), expect.closeTo(1, 8)]);
    expect(steps).toBeLessThan(60);
    expect(path).toHaveLength(steps + 1);
    expect(path[0]).toEqual({
      step: 0,
      w: { x: -1.2, y: 1 },
      value: 24.199999999999996,
      gradientNorm: expect.closeTo(232.87, 2),
      stepNorm: 0,
    });
    path.slice(1).forEach((point, i) => {
      expect(point.value).toBeLessThan(path[i]!.value);
    });
    expect(path.at(-1)!.value).toBe(value);
    expect(await w0.x.item()).toBe(-1.2);
  });

  it("solves a quadratic of 30 scales far sooner than plain descent", async () => {
    const scales = Float64Array.from({ length: 30 }, (_, i) => 10 ** (i / 15));
    const Q = (w: Tensor) => w.sub(1).square().mul(tensor(scales)).sum();
    const start = tensor(new Float64Array(30));
    const { w, steps } = await minimize(Q, start, {
      method: "lbfgs",
      memory: 20,
      until: { gradientNorm: 1e-9 },
    });
    for (const x of await w.data()) expect(x).toBeCloseTo(1, 8);
    expect(steps).toBeLessThan(120);
    const plain = await minimize(Q, start, { eta: 5e-3, until: { gradientNorm: 1e-9, maxSteps: 200 } });
    expect(plain.reason).toBe("max-steps");
  });

  it("ends where no point is lower, and keeps every other point of the path", async () => {
    const { reason, path, steps } = await minimize((w: Tensor) => w.square().sum(), tensor([3, -2]), {
      method: "lbfgs",
      every: 2,
      until: { maxSteps: 50 },
    });
    expect(reason).toBe("line-search");
    expect(path.map(({ step }) => step)).toEqual([
      ...new Set([0, 2, 4].filter((s) => s < steps).concat(steps)),
    ]);
    expect(path.at(-1)!.w).toEqual([expect.closeTo(0, 10), expect.closeTo(0, 10)]);
  });

  it("keeps the best w by validation", async () => {
    const error = (w: Tensor) => w.sub(2).square().sum();
    const { reason, best } = await minimize((w: Tensor) => w.square().square().sum(), tensor([3]), {
      method: "lbfgs",
      until: { validation: { error, patience: 2 } },
    });
    expect(reason).toBe("validation");
    expect(best!.error).toBeLessThan(1);
  });

  it("says where Q is not finite", async () => {
    await expect(minimize((w: Tensor) => w.log().sum(), tensor([-1]), { method: "lbfgs" })).rejects.toThrow(
      DivergenceError,
    );
  });

  it.each([
    [{ method: "lbfgs", eta: 0.1 }, 'method "lbfgs" takes no eta'],
    [{ method: "lbfgs", batches: [1] }, 'method "lbfgs" takes no batches'],
    [{ method: "lbfgs", memory: 0 }, "memory must be a whole number from 1"],
    [{ method: "newton", eta: 0.1 }, 'method "newton" is unknown'],
    [{}, "eta must be a finite number above 0"],
  ])("refuses wrong options, %#", async (options, message) => {
    const run = minimize((w: Tensor) => w.square().sum(), tensor([1]), options as never);
    await expect(run).rejects.toThrow(ConfigError);
    await expect(run).rejects.toThrow(message);
  });
});

describe("findStep", () => {
  const along = (f: (t: number) => number, slope: (t: number) => number) => {
    const probe = async (step: number) => ({ step, value: f(step), slope: slope(step), point: step });
    return async (first: number) => findStep(probe, await probe(0), first);
  };
  it.each([0.01, 1, 3, 50])("meets both conditions from a first step of %s", async (first) => {
    const [f, slope] = [
      (t: number) => (t - 2) ** 2 + 0.1 * t ** 4,
      (t: number) => 2 * (t - 2) + 0.4 * t ** 3,
    ];
    const found = (await along(f, slope)(first))!;
    expect(found.value).toBeLessThanOrEqual(f(0) + 1e-4 * found.step * slope(0));
    expect(Math.abs(found.slope)).toBeLessThanOrEqual(0.9 * Math.abs(slope(0)));
  });
  it("gives nothing where nothing is lower", async () => {
    expect(
      await along(
        (t) => t,
        () => -1,
      )(1),
    ).toBeUndefined();
  });
  it("passes over what is not finite", async () => {
    const found = await along(
      (t) => (t < 1 ? (t - 0.5) ** 2 : Number.NaN),
      (t) => (t < 1 ? 2 * (t - 0.5) : Number.NaN),
    )(8);
    expect(found!.step).toBeLessThan(1);
  });
});

describe("Curvature", () => {
  it("knows a quadratic after as many steps as it has axes", () => {
    const curvature = new Curvature(5);
    curvature.see(Float64Array.of(1, 0), Float64Array.of(4, 0));
    curvature.see(Float64Array.of(0, 1), Float64Array.of(0, 10));
    const [a, b] = curvature.direction(Float64Array.of(8, 30));
    expect([a, b]).toEqual([expect.closeTo(-2, 12), expect.closeTo(-3, 12)]);
  });
  it("passes over steps without positive curvature", () => {
    const curvature = new Curvature(5);
    curvature.see(Float64Array.of(1), Float64Array.of(-1));
    expect(curvature.isEmpty).toBe(true);
    expect([...curvature.direction(Float64Array.of(3))]).toEqual([-3]);
  });
});
