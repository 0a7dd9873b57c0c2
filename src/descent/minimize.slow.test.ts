// Descent on functions whose path is known: the parabola, a quadratic bowl, least squares by batches.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, DivergenceError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { minimize } from "./minimize.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const parabola = (w: Tensor) => w.square();
const start = () => tensor(4);
const points = (path: readonly { w: unknown }[]) => path.map(({ w }) => w as number);

describe("minimize on w², from w = 4", () => {
  it("with η = 0.1 goes by 3.2, 2.56 and stops when its steps are short", async () => {
    const w0 = start();
    const { w, path, reason, steps, value } = await minimize(parabola, w0, {
      eta: 0.1,
      until: { stepNorm: 1e-3 },
    });
    const expected = (t: number) => 4 * 0.8 ** t;
    expect(path.slice(0, 3).map(({ step }) => step)).toEqual([0, 1, 2]);
    points(path).forEach((point, t) => {
      expect(point).toBeCloseTo(expected(t), 12);
    });
    // ‖w^t − w^(t−1)‖ = 0.2 · 4 · 0.8^(t−1) falls below 1e-3 at t = 31.
    expect([reason, steps, path.length]).toEqual(["step-norm", 31, 32]);
    expect(path[1]).toEqual({ step: 1, w: 3.2, value: 3.2 ** 2, gradientNorm: 6.4, stepNorm: 4 - 3.2 });
    expect(path[0]?.stepNorm).toBe(0);
    expect(value).toBeCloseTo(expected(31) ** 2, 12);
    expect(await w.item()).toBe(points(path).at(-1));
    expect(await w0.item()).toBe(4);
  });

  it("with η = 0.5 lands at 0 at once", async () => {
    const { path, reason } = await minimize(parabola, start(), { eta: 0.5, until: { gradientNorm: 1e-9 } });
    expect(points(path)).toEqual([4, 0]);
    expect(reason).toBe("gradient-norm");
  });

  it("with η = 1 goes between 4 and −4 for ever, and says so", async () => {
    const { path, reason, note } = await minimize(parabola, start(), {
      eta: 1,
      until: { stepNorm: 1e-3, maxSteps: 9 },
    });
    expect(points(path)).toEqual([4, -4, 4, -4, 4, -4, 4, -4, 4, -4]);
    expect(reason).toBe("max-steps");
    expect(note).toBe("w goes back and forth and comes no nearer: eta = 1 is too large.");
  });

  it("has nothing to remark where it merely had too few steps", async () => {
    const { reason, note, steps } = await minimize(parabola, start(), { eta: 0.1, until: { maxSteps: 15 } });
    expect([reason, note, steps]).toEqual(["max-steps", undefined, 15]);
    // Back and forth, but nearer each time: |1 − 2η| = 0.8.
    const nearer = await minimize(parabola, start(), { eta: 0.9, until: { maxSteps: 15 } });
    expect(nearer.note).toBeUndefined();
  });

  it("with η > 1 throws when the climb leaves no doubt, and remarks on a shorter one", async () => {
    const descent = minimize(parabola, start(), { eta: 1.1 });
    await expect(descent).rejects.toThrow(DivergenceError);
    await expect(descent).rejects.toThrow(
      /^minimize: diverged at step \d+, Q\(w\) = .*Take a smaller eta than 1\.1\.$/,
    );
    const short = await minimize(parabola, start(), { eta: 1.1, until: { maxSteps: 12 } });
    expect(short.note).toMatch(/grows from step to step: eta = 1.1 is too large/);
  });

  it("keeps every so many points of the path, with the first and the last", async () => {
    const { path } = await minimize(parabola, start(), { eta: 0.1, every: 4, until: { maxSteps: 10 } });
    expect(path.map(({ step }) => step)).toEqual([0, 4, 8, 10]);
  });
});

describe("minimize", () => {
  it("descends in a tree of tensors", async () => {
    const Q = ({ a, b }: { a: Tensor; b: Tensor[] }) =>
      a
        .sub(tensor([1, 2]))
        .square()
        .sum()
        .add(b[0]!.add(3).square());
    const { w, path, value } = await minimize(
      Q,
      { a: tensor([5, 5]), b: [tensor(0)] },
      { eta: 0.25, until: { gradientNorm: 1e-10 } },
    );
    const a = (await w.a.data()) as Float64Array;
    expect(a[0]).toBeCloseTo(1, 9);
    expect(a[1]).toBeCloseTo(2, 9);
    expect(await w.b[0]!.item()).toBeCloseTo(-3, 9);
    expect(value).toBeLessThan(1e-18);
    expect(path[0]?.w).toEqual({ a: [5, 5], b: [0] });
    expect(path[0]?.gradientNorm).toBeCloseTo(Math.hypot(8, 6, 6), 12);
    expect(path[1]?.stepNorm).toBeCloseTo(Math.hypot(2, 1.5, 1.5), 12);
  });

  it("takes one batch a step, in turn or in an order of the seed", async () => {
    // Q_i(w) = (w − y_i)²/2 with η = 1 jumps to y_i: the path tells which batch each step was taken on.
    const Q = (w: Tensor, y: Tensor) => w.sub(y).square().mul(0.5);
    const batches = [1, 2, 3, 4].map((y) => tensor(y));
    const options = { eta: 1, batches, until: { maxSteps: 8 } };
    expect(points((await minimize(Q, start(), options)).path)).toEqual([4, 1, 2, 3, 4, 1, 2, 3, 4]);
    const shuffled = points((await minimize(Q, start(), { ...options, seed: 3 })).path).slice(1);
    expect(shuffled).not.toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(shuffled.slice(0, 4).sort()).toEqual([1, 2, 3, 4]);
    expect(shuffled.slice(4).sort()).toEqual([1, 2, 3, 4]);
    expect(points((await minimize(Q, start(), { ...options, seed: 3 })).path).slice(1)).toEqual(shuffled);
  });

  it("stops when the validation error no longer falls, and gives the best w", async () => {
    // Fits 0 while validation wants 2: the path 4 · 0.8^t passes nearest to 2 at t = 3 (2.048).
    const { w, reason, steps, best, value } = await minimize(parabola, start(), {
      eta: 0.1,
      until: { validation: { error: (w) => w.sub(2).abs(), patience: 4 } },
    });
    expect([reason, steps, best?.step]).toEqual(["validation", 7, 3]);
    expect(best?.error).toBeCloseTo(0.048, 12);
    expect(await w.item()).toBeCloseTo(2.048, 12);
    expect(value).toBeCloseTo(2.048 ** 2, 12);
    const byNumber = await minimize(parabola, start(), {
      eta: 0.1,
      until: { validation: { error: async (w) => Math.abs((await w.item()) - 2), patience: 4 } },
    });
    expect(byNumber.best).toEqual(best);
  });

  it("says why there is no path: not finite at the start, no lower bound", async () => {
    await expect(minimize((w: Tensor) => w.log(), tensor(0), { eta: 0.1 })).rejects.toThrow(
      /no slope to follow at w0, Q\(w\) = -Infinity/,
    );
    await expect(minimize((w: Tensor) => w.square().neg(), start(), { eta: 2 })).rejects.toThrow(
      /Q fell until then: it has no lower bound on this path/,
    );
  });

  it("refuses wrong options, naming the nearest right one", async () => {
    const attempt = (options: object) => minimize(parabola, start(), options as { eta: number });
    await expect(attempt({ eta: 0 })).rejects.toThrow(/eta must be a finite number above 0, it is 0/);
    await expect(attempt({ eta: Number.NaN })).rejects.toThrow(ConfigError);
    await expect(attempt({ eta: 0.1, untill: {} })).rejects.toThrow(
      /option "untill" is unknown. Did you mean "until"\?/,
    );
    await expect(attempt({ eta: 0.1, until: { stepnorm: 1 } })).rejects.toThrow(/Did you mean "stepNorm"\?/);
    await expect(attempt({ eta: 0.1, until: { gradientNorm: -1 } })).rejects.toThrow(/gradientNorm must be/);
    await expect(attempt({ eta: 0.1, until: { maxSteps: 0.5 } })).rejects.toThrow(/maxSteps must be a whole/);
    await expect(attempt({ eta: 0.1, batches: [] })).rejects.toThrow(/batches is empty/);
    await expect(
      minimize((w: Tensor) => w.sum(), tensor([1], { dtype: "int32" }), { eta: 0.1 }),
    ).rejects.toThrow(/w0 is int32, only float32 has gradients/);
  });
});
