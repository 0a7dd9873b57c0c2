// Philox against the known answers of Random123; the stream's draws against their distributions.
import { describe, expect, it } from "vitest";
import { ConfigError } from "./errors.ts";
import { philox, RandomStream } from "./random.ts";

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("philox", () => {
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives Random123's known answer for counter %j", (counter, key, answer) => {
    expect([...philox(Uint32Array.from(counter), Uint32Array.from(key))]).toEqual(answer);
  });
});

describe("RandomStream", () => {
  it("walks Philox's counter with the seed as key", () => {
    const random = new RandomStream(0);
    const first = draws(8, () => random.uint32());
    expect(first.slice(0, 4)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(first.slice(4)).toEqual([...philox(Uint32Array.of(1, 0, 0, 0), Uint32Array.of(0, 0))]);
  });

  it("puts all 53 bits of the seed and the stream to use", () => {
    const random = new RandomStream(3 * 2 ** 32 + 5, 7 * 2 ** 32 + 9);
    expect(random.uint32()).toBe(philox(Uint32Array.of(0, 0, 9, 7), Uint32Array.of(5, 3))[0]);
  });

  it("draws uniforms in range, with the mean and variance of a uniform", () => {
    const random = new RandomStream(1);
    const values = draws(20000, () => random.uniform(2, 6));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThan(6);
    expect(mean(values)).toBeCloseTo(4, 1);
    expect(mean(values.map((x) => (x - 4) ** 2))).toBeCloseTo(16 / 12, 1);
  });

  it("draws normals with the moments and tails of a normal", () => {
    const random = new RandomStream(2);
    const values = draws(40000, () => random.normal(1, 2)).map((x) => (x - 1) / 2);
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((z) => z * z))).toBeCloseTo(1, 1);
    expect(Math.abs(mean(values.map((z) => z ** 4)) - 3)).toBeLessThan(0.15);
    expect(mean(values.map((z) => (Math.abs(z) < 1.959964 ? 1 : 0)))).toBeCloseTo(0.95, 2);
  });

  it("makes a normal from the radius −2 ln s of the polar method", () => {
    const bits = new RandomStream(11);
    const draw = () => bits.uniform(-1, 1);
    let u = draw();
    let v = draw();
    while (u * u + v * v >= 1) [u, v] = [draw(), draw()];
    const s = u * u + v * v;
    const random = new RandomStream(11);
    expect(random.normal()).toBeCloseTo(u * Math.sqrt((-2 * Math.log(s)) / s), 13);
    expect(random.normal()).toBeCloseTo(v * Math.sqrt((-2 * Math.log(s)) / s), 13);
  });

  it("draws integers evenly", () => {
    const random = new RandomStream(3);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 14000; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("shuffles into a permutation that depends on seed and stream only", () => {
    const order = new RandomStream(4, 1).permutation(100);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...new RandomStream(4, 1).permutation(100)]).toEqual([...order]);
    expect([...new RandomStream(4, 2).permutation(100)]).not.toEqual([...order]);
    expect([...new RandomStream(5, 1).permutation(100)]).not.toEqual([...order]);
  });

  it("chooses every element of an array", () => {
    const random = new RandomStream(6);
    expect(new Set(draws(100, () => random.choice([3, 5, 8])))).toEqual(new Set([3, 5, 8]));
  });

  it("refuses bad seeds, bad ranges and empty choices", () => {
    expect(() => new RandomStream(-1)).toThrow(ConfigError);
    expect(() => new RandomStream(0.5)).toThrow(/seed must be an integer/);
    expect(() => new RandomStream(0, 2 ** 53)).toThrow(/stream must be an integer/);
    expect(() => new RandomStream(0).integer(0)).toThrow(/n must be an integer from 1/);
    expect(() => new RandomStream(0).choice([])).toThrow(/array is empty/);
  });
});
