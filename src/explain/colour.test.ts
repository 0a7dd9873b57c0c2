// Colours by what the eye makes of them: lightness that rises evenly, white where a value is 0, pictures put together.
import { describe, expect, it } from "vitest";
import { colourPicture, enlarge, magnitudeColour, type Rgb, signedColour, tilePictures } from "./index.ts";

/** CIE lightness L* of an sRGB colour, 0 … 100. */
function lightness(colour: Rgb): number {
  const linear = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

describe("colours", () => {
  it("of magnitudes grow lighter in equal steps", () => {
    const steps = Array.from({ length: 11 }, (_, i) => lightness(magnitudeColour(i / 10)));
    const rises = steps.slice(1).map((value, i) => value - steps[i]!);
    for (const rise of rises) expect(Math.abs(rise - (steps[10]! - steps[0]!) / 10)).toBeLessThan(1.6);
  });
  it("of signed values are warm below 0, blue above, lightest at 0 and alike on both sides", () => {
    const [red, , blueOfRed] = signedColour(-0.8);
    const [redOfBlue, , blue] = signedColour(0.8);
    expect([red > blueOfRed, blue > redOfBlue]).toEqual([true, true]);
    expect(signedColour(0)).toEqual([247, 247, 247]);
    for (const t of [0.2, 0.4, 0.6, 0.8, 1]) {
      expect(Math.abs(lightness(signedColour(t)) - lightness(signedColour(-t)))).toBeLessThan(6);
      expect(lightness(signedColour(t))).toBeLessThan(lightness(signedColour(t - 0.2)));
    }
  });
  it("hold at the ends", () => {
    expect([magnitudeColour(-3), magnitudeColour(9)]).toEqual([magnitudeColour(0), magnitudeColour(1)]);
    expect(magnitudeColour(Number.NaN)).toEqual(magnitudeColour(0));
  });
});

describe("pictures", () => {
  const numbers = (shape: number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) });
  it("take their scale from their values, or the one given", () => {
    expect([...colourPicture(numbers([1, 2], 0, 4)).pixels]).toEqual([
      ...magnitudeColour(0),
      ...magnitudeColour(1),
    ]);
    const signed = colourPicture(numbers([1, 1, 2], -1, 2), { scale: "signed" });
    expect([...signed.pixels]).toEqual([...signedColour(-0.5), ...signedColour(1)]);
    expect([...colourPicture(numbers([1, 1], 2), { scale: "signed", most: 4 }).pixels]).toEqual([
      ...signedColour(0.5),
    ]);
    expect([...colourPicture(numbers([1, 1], 0)).pixels]).toEqual([...magnitudeColour(0)]);
    expect([...colourPicture(numbers([3, 1, 1], 0, 0.5, 2), { scale: "pixels" }).pixels]).toEqual([
      0, 128, 255,
    ]);
    expect([...colourPicture(numbers([1, 1, 1], 1), { scale: "pixels" }).pixels]).toEqual([255, 255, 255]);
    expect(() => colourPicture(numbers([5, 1, 1], 0, 0, 0, 0, 0))).toThrow(
      "takes [H, W], [1, H, W] or [3, H, W]",
    );
  });
  it("are enlarged pixel by pixel and tiled with white between", () => {
    const dot = { pixels: Uint8Array.of(1, 2, 3), height: 1, width: 1 };
    expect([...enlarge(dot, 2).pixels]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
    const tiled = tilePictures([dot, dot, dot], { columns: 2 });
    expect([tiled.height, tiled.width]).toEqual([3, 3]);
    const white = [255, 255, 255];
    expect([...tiled.pixels]).toEqual([
      1,
      2,
      3,
      ...white,
      1,
      2,
      3,
      ...white,
      ...white,
      ...white,
      1,
      2,
      3,
      ...white,
      ...white,
    ]);
    expect(tilePictures([])).toMatchObject({ height: 1, width: 1 });
  });
});
