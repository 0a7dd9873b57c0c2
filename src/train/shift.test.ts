// Every shifted image is its original moved by whole pixels, and every move occurs.
import { beforeAll, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import { Generator } from "../tensor/random.ts";
import { takeShifted } from "./shift.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const [channels, height, width] = [2, 4, 3];
const size = channels * height * width;

/** Image `bytes` moved so that (y, x) shows what was at (y + dy, x + dx), 0 from outside. */
function moved(bytes: Uint8Array, dy: number, dx: number): number[] {
  return Array.from({ length: size }, (_, i) => {
    const [c, y, x] = [
      Math.floor(i / (height * width)),
      (Math.floor(i / width) % height) + dy,
      (i % width) + dx,
    ];
    return y < 0 || y >= height || x < 0 || x >= width ? 0 : bytes[(c * height + y) * width + x]!;
  });
}

it("moves each image of a batch by itself", async () => {
  const images = Uint8Array.from({ length: 3 * size }, (_, i) => i + 1);
  const rows = Array.from({ length: 90 }, (_, i) => (i * 2) % 3);
  const indices = tensor(Int32Array.from(rows));
  const table = tensor(images, { shape: [3, size] });
  const result = await takeShifted(table, indices, [channels, height, width], 1, new Generator(5)).data();
  const seen = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const got = [...result.slice(i * size, (i + 1) * size)].join();
    const original = images.subarray(row * size, (row + 1) * size);
    const moves = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const));
    const found = moves.filter(([dy, dx]) => moved(original, dy, dx).join() === got);
    expect(found).toHaveLength(1);
    seen.add(found.join());
  }
  expect(seen.size).toBe(9);
});
