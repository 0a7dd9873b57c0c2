// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { chain, slopes } from "./compute.ts";

test("(10, 9.99) hardly pulls, (10, 1) pulls hard: 2(a − y)·∂a/∂w", async () => {
  const near = await chain("squared", "identity", { y: 10, x: 1, w: 9.99 });
  const far = await chain("squared", "identity", { y: 10, x: 1, w: 1 });
  expect(near.lossByW).toBeCloseTo(-0.02, 5);
  expect(far.lossByW).toBe(-18);
});

test.each(["squared", "absolute", "huber", "crossEntropy"] as const)(
  "%s: the product of the factors is the whole",
  async (loss) => {
    const at = await chain(loss, "sigmoid", { y: 1, x: 2, w: -0.7 });
    expect(at.lossByA * at.aByZ * at.zByW).toBeCloseTo(at.lossByW, 5);
    const h = 1e-2;
    const [low, high] = await Promise.all(
      [-h, h].map((by) => chain(loss, "sigmoid", { y: 1, x: 2, w: -0.7 + by })),
    );
    expect((high!.loss - low!.loss) / (2 * h)).toBeCloseTo(at.lossByW, 3);
  },
);

test("cross-entropy of a sigmoid has the slope (a − y)·x, saturated or not", async () => {
  for (const w of [-30, -5, 0.3, 5]) {
    const { a, lossByW } = await chain("crossEntropy", "sigmoid", { y: 1, x: 2, w });
    expect(lossByW).toBeCloseTo((a - 1) * 2, 5);
  }
});

test("a saturated sigmoid stops a squared error", async () => {
  const { a, lossByW } = await chain("squared", "sigmoid", { y: 1, x: 1, w: -8 });
  expect(a).toBeLessThan(0.001);
  expect(Math.abs(lossByW)).toBeLessThan(0.001);
});

test("slopes over the answers", async () => {
  expect(await slopes("squared", 1, 0, 2, 3)).toEqual([-2, 0, 2]);
  expect(await slopes("absolute", 1, 0, 2, 3)).toEqual([-1, 0, 1]);
  expect(await slopes("huber", 1, -2, 4, 3)).toEqual([-1, 0, 1]);
});
