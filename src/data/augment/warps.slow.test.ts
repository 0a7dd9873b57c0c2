// Every warp against a plain reference on small images, what it draws against its bounds, and runs of warps joined.
import { beforeAll, describe, expect, it } from "vitest";
import {
  augmentPlanes,
  centroid,
  noisePlane,
  type Plane,
  planeOf,
  readAt,
} from "../../../test/plain-images.ts";
import { setDevice } from "../../device/current.ts";
import { ReferenceDevice } from "../../device/reference/reference-device.ts";
import { Generator } from "../../tensor/random.ts";
import { type RandomAffineOptions, randomAffine } from "./affine.ts";
import { randomCrop, randomHorizontalFlip, randomVerticalFlip } from "./crop-flip.ts";
import { blurMatrix, displacements, elastic } from "./elastic.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

type Matrix = readonly [readonly [number, number], readonly [number, number]];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => [0, 1].map((k) => row[0] * b[0][k]! + row[1] * b[1][k]!)) as unknown as Matrix;

function expectClose(actual: readonly number[], wanted: readonly number[], digits = 9): void {
  expect(actual).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(actual[i], `pixel ${i}`).toBeCloseTo(value, digits);
  });
}

/** The image with A = s·R(θ)·ShearY·ShearX, inverted by its cofactors, about the centre. */
function affineReference(
  plane: Plane,
  degrees: number,
  scale: number,
  shear: readonly [number, number],
): number[] {
  const [angle, sx, sy] = [degrees, ...shear].map((value) => (value * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const rotation: Matrix = [
    [scale * Math.cos(angle), -scale * Math.sin(angle)],
    [scale * Math.sin(angle), scale * Math.cos(angle)],
  ];
  const shearX: Matrix = [
    [1, -Math.tan(sx)],
    [0, 1],
  ];
  const shearY: Matrix = [
    [1, 0],
    [-Math.tan(sy), 1],
  ];
  const [[a, b], [c, d]] = product(product(rotation, shearY), shearX);
  const determinant = a * d - b * c;
  const [centreY, centreX] = [(plane.height - 1) / 2, (plane.width - 1) / 2];
  return planeOf(plane.height, plane.width, (row, column) => {
    const [y, x] = [row - centreY, column - centreX];
    return readAt(plane, centreY + (-c * x + a * y) / determinant, centreX + (d * x - b * y) / determinant);
  }).pixels as number[];
}

const dot = (size: number, right = 0): Plane =>
  planeOf(size, size, (y, x) => (y === (size - 1) / 2 && x === (size - 1) / 2 + right ? 1 : 0));
const MANY = 200;
/** The centres of a dot in each of many images. */
async function dotsAfter(options: RandomAffineOptions, right = 0) {
  const plane = dot(21, right);
  const images = await augmentPlanes(new Array(MANY).fill(plane), [randomAffine(options)], new Generator(11));
  return images.map((pixels) => centroid(pixels, plane));
}

/** Fails unless the values keep within ± the bound, come near it, and have mean 0 as far as chance allows. */
function expectEven(values: readonly number[], bound: number, slack: number): void {
  const largest = Math.max(...values.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(bound + slack);
  expect(largest).toBeGreaterThan(0.95 * bound);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * values.length));
}

describe("randomAffine", () => {
  it("does what its matrix says", async () => {
    const plane = noisePlane(7, 6, 1);
    for (const [degrees, scale, shear] of [
      [30, 1, [0, 0]],
      [0, 1.3, [0, 0]],
      [0, 1, [20, 0]],
      [0, 1, [0, -15]],
      [-40, 0.8, [10, 25]],
    ] as const) {
      const options = {
        degrees: [degrees, degrees],
        scale: [scale, scale],
        shear: [shear[0], shear[0], shear[1], shear[1]],
      } as const;
      const [pixels] = await augmentPlanes([plane], [randomAffine(options)], new Generator(1));
      expectClose(pixels!, affineReference(plane, degrees, scale, shear));
    }
  });
  it("turns clockwise", async () => {
    const plane = noisePlane(5, 5, 2);
    const [pixels] = await augmentPlanes([plane], [randomAffine({ degrees: [90, 90] })], new Generator(1));
    expectClose(pixels!, planeOf(5, 5, (y, x) => plane.pixels[(4 - x) * 5 + y]!).pixels);
  });
  it("shifts by up to so many pixels to every side", async () => {
    const places = await dotsAfter({ translate: [3, 2] });
    // Bilinear weights keep the centre of a dot exactly.
    expectEven(
      places.map(({ x }) => x),
      3,
      1e-9,
    );
    expectEven(
      places.map(({ y }) => y),
      2,
      1e-9,
    );
  });
  it("turns by up to so many degrees to both sides", async () => {
    const angles = (await dotsAfter({ degrees: 20 }, 7)).map(
      ({ y, x }) => (Math.atan2(y, x) * 180) / Math.PI,
    );
    expectEven(angles, 20, 1);
  });
  it("scales within its bounds", async () => {
    const radii = (await dotsAfter({ scale: [0.8, 1.2] }, 7)).map(({ x }) => x / 7 - 1);
    expectEven(radii, 0.2, 0.03);
  });
});

describe("elastic", () => {
  const frame = { count: 2, height: 6, width: 9 };
  /** The plain Gaussian blur of α times noise in ±1, mirrored at the edges: [axis, image, y, x]. */
  async function fieldReference(alpha: number, sigma: number, seed: number): Promise<number[]> {
    const { count, height, width } = frame;
    const noise = await new Generator(seed).uniform([height, 2, count, width], -1, 1).data();
    const reach = Math.ceil(4 * sigma);
    const mirror = (i: number, size: number): number =>
      i < 0 ? mirror(-1 - i, size) : i >= size ? mirror(2 * size - 1 - i, size) : i;
    const field: number[] = [];
    for (let plane = 0; plane < 2 * count; plane++) {
      for (let place = 0; place < height * width; place++) {
        let [sum, total] = [0, 0];
        for (let dy = -reach; dy <= reach; dy++) {
          for (let dx = -reach; dx <= reach; dx++) {
            const weight = Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
            const y = mirror(Math.floor(place / width) + dy, height);
            const x = mirror((place % width) + dx, width);
            sum += weight * noise[(y * 2 * count + plane) * width + x]!;
            total += weight;
          }
        }
        field.push((alpha * sum) / total);
      }
    }
    return field;
  }
  it("smooths noise as a plain Gaussian does", async () => {
    for (const sigma of [0.6, 3]) {
      const field = displacements(frame, { alpha: 20, sigma }, new Generator(4)).permute(1, 2, 0, 3);
      expectClose([...(await field.data())], await fieldReference(20, sigma, 4));
    }
  });
  it("reads every pixel where the field says, after an affine map in the same reading", async () => {
    const planes = [noisePlane(6, 9, 3), noisePlane(6, 9, 4)];
    const field = await fieldReference(20, 2, 7);
    const plain = planes.map((plane, image) =>
      planeOf(6, 9, (y, x) => {
        const at = (axis: number) => field[((axis * 2 + image) * 6 + y) * 9 + x]!;
        return readAt(plane, y + at(1), x + at(0));
      }),
    );
    const deform = elastic({ alpha: 20, sigma: 2 });
    const alone = await augmentPlanes(planes, [deform], new Generator(7));
    alone.forEach((pixels, i) => {
      expectClose(pixels, plain[i]!.pixels);
    });
    const joined = await augmentPlanes(planes, [randomAffine({ scale: [2, 2] }), deform], new Generator(7));
    planes.forEach((plane, image) => {
      const wanted = planeOf(6, 9, (y, x) => {
        const at = (axis: number) => field[((axis * 2 + image) * 6 + y) * 9 + x]!;
        return readAt(plane, 2.5 + (y + at(1) - 2.5) / 2, 4 + (x + at(0) - 4) / 2);
      });
      expectClose(joined[image]!, wanted.pixels);
    });
  });
  it("moves pixels as far as theory says: by α / (2σ√(3π)) as a root mean square", async () => {
    const field = displacements(
      { count: 300, height: 20, width: 20 },
      { alpha: 34, sigma: 2 },
      new Generator(1),
    );
    // Only what is 4σ from the edges: mirrored noise adds up to more.
    const inner = Float64Array.from(await field.slice([8, 12], null, null, [8, 12]).data());
    const square = inner.reduce((sum, value) => sum + value * value, 0) / inner.length;
    expect(Math.abs(Math.sqrt(square) / (34 / (4 * Math.sqrt(3 * Math.PI))) - 1)).toBeLessThan(0.12);
  });
  it("has weights that add up to 1, however wide", () => {
    for (const row of blurMatrix(3, 10)) expect(row.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });
});

describe("whole moves", () => {
  it("crops: every image is its original moved by whole pixels, and every move occurs", async () => {
    const plane = noisePlane(4, 3, 5);
    const images = await augmentPlanes(
      new Array(120).fill(plane),
      [randomCrop({ padding: [1, 2] })],
      new Generator(5),
    );
    const seen = new Set<string>();
    const moves = [-2, -1, 0, 1, 2].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const));
    const moved = moves.map(([dy, dx]) =>
      planeOf(4, 3, (y, x) => readAt(plane, y + dy, x + dx)).pixels.join(),
    );
    for (const pixels of images) {
      expect(moved).toContain(pixels.join());
      seen.add(pixels.join());
    }
    expect(seen.size).toBe(15);
  });
  it("mirrors about as many images as it should", async () => {
    const plane = noisePlane(3, 4, 6);
    const across = planeOf(3, 4, (y, x) => plane.pixels[y * 4 + 3 - x]!).pixels.join();
    const down = planeOf(3, 4, (y, x) => plane.pixels[(2 - y) * 4 + x]!).pixels.join();
    for (const [flip, wanted] of [
      [randomHorizontalFlip({ p: 0.3 }), across],
      [randomVerticalFlip({ p: 0.3 }), down],
    ] as const) {
      const images = await augmentPlanes(new Array(200).fill(plane), [flip], new Generator(6));
      const count = images.filter((pixels) => pixels.join() === wanted).length;
      expect(images.filter((pixels) => pixels.join() === plane.pixels.join())).toHaveLength(200 - count);
      expect(Math.abs(count - 60)).toBeLessThan(4 * Math.sqrt(200 * 0.3 * 0.7));
    }
  });
});

describe("a list of warps", () => {
  it("does one after another", async () => {
    const plane = noisePlane(5, 5, 7);
    const list = [randomAffine({ degrees: [90, 90] }), randomHorizontalFlip({ p: 1 })];
    const [pixels] = await augmentPlanes([plane], list, new Generator(1));
    expectClose(pixels!, planeOf(5, 5, (y, x) => plane.pixels[x * 5 + y]!).pixels);
  });
  it("reads twice where a field is not the last of it", async () => {
    const plane = noisePlane(8, 8, 8);
    const warps = [elastic({ alpha: 10, sigma: 2 }), randomAffine({ degrees: [25, 25] })];
    const [both] = await augmentPlanes([plane], warps, new Generator(2));
    const [first] = await augmentPlanes([plane], [warps[0]!], new Generator(2));
    const [second] = await augmentPlanes([{ ...plane, pixels: first! }], [warps[1]!], new Generator(3));
    expectClose(both!, second!);
  });
  it("leaves images as they are at no strength", async () => {
    const plane = noisePlane(9, 7, 9);
    const list = [
      ...[randomAffine(), randomCrop({ padding: 0 }), randomHorizontalFlip({ p: 0 })],
      ...[randomVerticalFlip({ p: 0 }), elastic({ alpha: 0 })],
    ];
    const [pixels] = await augmentPlanes([plane], list, new Generator(1));
    expectClose(pixels!, plane.pixels);
  });
});
