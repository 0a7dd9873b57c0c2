// The lab's numbers: a digit moved pixel by pixel, and accuracies counted again one shift at a time.
import { expect, test } from "vitest";
import { open, shiftedDigit } from "./compute.ts";
import { MEASURED, REACH } from "./nets.ts";

test("a digit is moved right and down by whole pixels, black comes in", () => {
  const { pixels: still, label } = shiftedDigit(3, { dx: 0, dy: 0 });
  const moved = shiftedDigit(3, { dx: 2, dy: -1 });
  expect(moved.label).toBe(label);
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      const from = y + 1 < 28 && x - 2 >= 0 ? still[28 * (y + 1) + x - 2]! : 0;
      expect(moved.pixels[28 * y + x]).toBe(from);
    }
  }
  expect(still.some((byte) => byte > 200)).toBe(true);
});

test("the map counts right answers, shift by shift; the dense net loses more", async () => {
  const [dense, conv] = [open("dense", 1), open("conv", 1)];
  await Promise.all([dense.advance(2), conv.advance(1)]);
  const map: (readonly number[])[] = [];
  for (let dy = -REACH; dy <= REACH; dy++) map.push(await dense.mapRow(dy));
  expect(map[0]).toHaveLength(2 * REACH + 1);
  const shift = { dx: 3, dy: -1 };
  let hits = 0;
  for (let i = 0; i < MEASURED; i++) {
    const { probabilities: answer } = await dense.read(i, shift);
    if (answer.indexOf(Math.max(...answer)) === shiftedDigit(i, shift).label) hits++;
  }
  expect(map[shift.dy + REACH]![shift.dx + REACH]).toBeCloseTo(hits / MEASURED, 9);
  expect(map[REACH]![REACH]).toBeGreaterThan(2 * map[REACH]![0]!);
  const { probabilities: answer } = await conv.read(0, shift);
  expect(answer.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  await Promise.all([dense.close(), conv.close()]);
});
