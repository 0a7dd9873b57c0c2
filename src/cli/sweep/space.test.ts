// Grids, draws and rounds of halving, as numbers.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../base/errors.ts";
import { rungsOf } from "./halving.ts";
import { gridPoints, type Range, randomPoints } from "./space.ts";

const rate: Range = { key: "lr", min: 1e-4, max: 1e-1, scale: "log", isWhole: false };

describe("gridPoints", () => {
  it("combines every value with every other, the last field changing fastest", () => {
    const points = gridPoints([
      { key: "optimizer", values: ["sgd", "adamw"] },
      { ...rate, count: 4 },
    ]);
    expect(points.map(({ optimizer, lr }) => [optimizer, lr])).toEqual(
      ["sgd", "adamw"].flatMap((name) => [1e-4, 1e-3, 1e-2, 1e-1].map((lr) => [name, lr])),
    );
  });
  it("takes whole numbers once where numbers are", () => {
    const range: Range = { key: "epochs", min: 1, max: 4, scale: "linear", count: 7, isWhole: true };
    expect(gridPoints([range]).map(({ epochs }) => epochs)).toEqual([1, 2, 3, 4]);
  });
  it("needs to know how many numbers of a range", () => {
    expect(() => gridPoints([rate])).toThrow(ConfigError);
    expect(() => gridPoints([rate])).toThrow('of the range of "lr". Say how many, as in count: 5');
  });
});

describe("randomPoints", () => {
  it("is evenly spread on the scale, within the range, and the same for the same seed", () => {
    const points = randomPoints([rate], 3000, 5);
    const logs = points.map(({ lr }) => Math.log10(lr as number));
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(-4);
    expect(Math.max(...logs)).toBeLessThanOrEqual(-1);
    // Uniform on [−4, −1]: mean −2.5 ± 3.5·0.866/√3000, a quarter below −3.25.
    expect(logs.reduce((sum, x) => sum + x, 0) / logs.length).toBeCloseTo(-2.5, 1);
    expect(logs.filter((x) => x < -3.25).length / logs.length).toBeCloseTo(0.25, 1);
    expect(randomPoints([rate], 3, 5)).toEqual(points.slice(0, 3));
    expect(randomPoints([rate], 3, 6)).not.toEqual(points.slice(0, 3));
  });
  it("draws no point twice, and ends where all have been drawn", () => {
    const dimensions = [
      { key: "model", values: ["linear", "mlp"] },
      { key: "batchSize", values: [16, 32, 64] },
    ];
    const points = randomPoints(dimensions, 50, 1);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(6);
    expect(points).toHaveLength(6);
  });
});

describe("rungsOf", () => {
  it("lets the best third go on with three times the epochs", () => {
    expect(rungsOf({ trials: 27, epochs: 27, minEpochs: 1, eta: 3 })).toEqual([
      ...[
        { trials: 27, epochs: 1 },
        { trials: 9, epochs: 3 },
      ],
      ...[
        { trials: 3, epochs: 9 },
        { trials: 1, epochs: 27 },
      ],
    ]);
  });
  it("begins with no fewer epochs than told, and no more rounds than there are trials for", () => {
    expect(rungsOf({ trials: 8, epochs: 20, minEpochs: 4, eta: 2 })).toEqual([
      ...[
        { trials: 8, epochs: 5 },
        { trials: 4, epochs: 10 },
        { trials: 2, epochs: 20 },
      ],
    ]);
    expect(rungsOf({ trials: 4, epochs: 81, minEpochs: 1, eta: 3 })).toEqual([
      ...[
        { trials: 4, epochs: 27 },
        { trials: 1, epochs: 81 },
      ],
    ]);
    expect(rungsOf({ trials: 5, epochs: 2, minEpochs: 2, eta: 3 })).toEqual([{ trials: 5, epochs: 2 }]);
  });
});
