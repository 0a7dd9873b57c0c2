// The lab's numbers against those worked out on paper.
import { expect, test } from "vitest";
import { differences, walk } from "./compute.ts";
import { INNER, LEAVES, ORDER, START, slopeTex, valueTex } from "./net.ts";

test("x = (5, −1) → z = (7, −1) → h = (0, 13) → a = −13, and every partial derivative", async () => {
  const { values, slopes, gates, paths } = await walk(START);
  expect(values).toMatchObject({ z1: 7, z2: -1, s1: -9, s2: 13, h1: 0, h2: 13, a: -13 });
  expect(slopes).toEqual({
    ...{ x1: -1, x2: 8, w11: -10, w12: 2, w21: -5, w22: 1 },
    ...{ v11: 0, v12: 0, v21: -7, v22: 1, u1: 0, u2: 13 },
    ...{ z1: -2, z2: -1, s1: 0, s2: -1, h1: 3, h2: -1, a: 1 },
  });
  expect(gates).toEqual([0, 1]);
  // ∂a/∂w₁₁ = u₁·relu′(s₁)·v₁₁·x₁ + u₂·relu′(s₂)·v₂₁·x₁
  expect(paths).toEqual([0, -10]);
});

test("the finite differences are the derivatives, at other numbers too", async () => {
  const other = { ...START, w11: 2.5, v12: -20, u1: -0.5 };
  for (const leaves of [START, other]) {
    const [{ slopes, paths }, found] = [await walk(leaves), await differences(leaves)];
    for (const name of [...LEAVES, ...INNER]) expect(found[name].quotient).toBeCloseTo(slopes[name], 3);
    expect(paths[0] + paths[1]).toBeCloseTo(slopes.w11, 4);
  }
});

test("the formulas hold the numbers of the walk", async () => {
  const { values, slopes, gates } = await walk(START);
  const number = (name: keyof typeof values): string => String(values[name]);
  expect(valueTex("z1", number)).toContain("= 1\\cdot 5 + -2\\cdot -1 = 7");
  expect(
    slopeTex("z1", { number, slope: (name) => String(slopes[name]), gate: (i) => String(gates[i - 1]) }),
  ).toContain("= 0\\cdot -1 + -1\\cdot 2 = -2");
  expect(new Set(ORDER.map(({ kind, name }) => kind + name)).size).toBe(25);
});
