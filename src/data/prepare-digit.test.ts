// Pictures of digits brought into MNIST's form: the same result from dark and light grounds, any size, any place.
import { describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { prepareDigit } from "./prepare-digit.ts";

interface Drawing {
  height: number;
  width: number;
  paper: number;
  ink: number;
  /** Top, left, height and width of the bars to draw. */
  bars: [number, number, number, number][];
}

function draw({ height, width, paper, ink, bars }: Drawing): {
  pixels: Uint8Array;
  height: number;
  width: number;
} {
  const pixels = new Uint8Array(height * width).fill(paper);
  for (const [top, left, barHeight, barWidth] of bars) {
    for (let y = top; y < top + barHeight; y++)
      pixels.fill(ink, y * width + left, y * width + left + barWidth);
  }
  return { pixels, height, width };
}

const SEVEN: Drawing["bars"] = [
  [20, 30, 10, 50],
  [30, 70, 70, 10],
];
const seven = draw({ height: 120, width: 100, paper: 255, ink: 0, bars: SEVEN });

function inkBox(image: Uint8Array): { top: number; bottom: number; left: number; right: number } {
  const rows = new Set<number>();
  const columns = new Set<number>();
  image.forEach((value, index) => {
    if (value === 0) return;
    rows.add(Math.floor(index / 28));
    columns.add(index % 28);
  });
  return {
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    left: Math.min(...columns),
    right: Math.max(...columns),
  };
}

function centreOf(image: Uint8Array): [y: number, x: number] {
  const mass = image.reduce((sum, value) => sum + value, 0);
  const y = image.reduce((sum, value, index) => sum + value * Math.floor(index / 28), 0);
  return [y / mass, image.reduce((sum, value, index) => sum + value * (index % 28), 0) / mass];
}

describe("prepareDigit", () => {
  it("gives white ink on black, 20 pixels on the longer side, centred by mass", () => {
    const image = prepareDigit(seven);
    expect(image).toHaveLength(784);
    const { top, bottom, left, right } = inkBox(image);
    expect(bottom - top + 1).toBe(20);
    expect(right - left + 1).toBe(13);
    const [y, x] = centreOf(image);
    expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.max(...image)).toBe(255);
    expect(image[0]).toBe(0);
  });

  it("does not care about colours, place, or the size of the paper", () => {
    const expected = prepareDigit(seven);
    expect(prepareDigit({ ...seven, pixels: seven.pixels.map((value) => 255 - value) })).toEqual(expected);
    expect(prepareDigit({ ...seven, pixels: seven.pixels.map((value) => 90 + value / 2) })).toEqual(expected);
    const moved = SEVEN.map(
      ([top, left, h, w]) => [top + 150, left + 7, h, w] as [number, number, number, number],
    );
    const elsewhere = draw({ height: 300, width: 90, paper: 240, ink: 30, bars: moved });
    expect(prepareDigit(elsewhere)).toEqual(expected);
  });

  it("ignores the grain of the paper", () => {
    const pixels = seven.pixels.map((value, index) => (value === 0 ? 40 : 200) + ((index * 37) % 11));
    const { top, bottom, left, right } = inkBox(prepareDigit({ ...seven, pixels }));
    expect([bottom - top + 1, right - left + 1]).toEqual([20, 13]);
  });

  it("leaves a digit that is in form already nearly as it is", () => {
    const once = prepareDigit(seven);
    const again = prepareDigit({ pixels: once, height: 28, width: 28 });
    const difference = Math.sqrt(once.reduce((sum, value, at) => sum + (value - again[at]!) ** 2, 0));
    expect(difference / Math.sqrt(once.reduce((sum, value) => sum + value * value, 0))).toBeLessThan(0.1);
  });

  it("enlarges a small drawing and keeps a thin stroke whole", () => {
    const one = draw({ height: 9, width: 5, paper: 0, ink: 255, bars: [[1, 2, 7, 1]] });
    const { top, bottom, left, right } = inkBox(prepareDigit(one));
    expect([bottom - top + 1, right - left + 1]).toEqual([20, 3]);
  });

  it("refuses a blank picture, dark, light or grainy", () => {
    for (const paper of [0, 128, 255]) {
      const blank = draw({ height: 30, width: 30, paper, ink: 0, bars: [] });
      expect(() => prepareDigit(blank, { pictureName: "photo.jpg" })).toThrow(
        "photo.jpg: the picture is blank. Draw one digit, dark on light or light on dark.",
      );
    }
    const grain = Uint8Array.from({ length: 900 }, (_, index) => 200 + ((index * 37) % 23));
    expect(() => prepareDigit({ pixels: grain, height: 30, width: 30 })).toThrow(DataError);
  });

  it("refuses sizes that do not fit the bytes", () => {
    expect(() => prepareDigit({ pixels: new Uint8Array(10), height: 3, width: 3 })).toThrow(
      "a grey picture of 3×3 has 9 bytes, at least one; there are 10.",
    );
  });
});
