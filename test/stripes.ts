// Small image sets for tests, made of nothing but a seed: stripes at three angles under noise.
// Knows nothing of training.
import { RandomStream } from "../src/base/random.ts";
import type { ImageSet } from "../src/data/image-set.ts";

const SIZE = 6;

/** `count` grey images of 6 × 6 with horizontal, vertical or diagonal stripes, in turn; noise of up to `noise` of 255. */
export function stripes(count: number, seed: number, noise = 100): ImageSet {
  const random = new RandomStream(seed);
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  labels.forEach((label, image) => {
    const phase = random.integer(2);
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const place = [y, x, x + y][label]!;
        const ink = ((place >> 1) + phase) % 2 === 0 ? 0 : 255 - noise;
        images[(image * SIZE + y) * SIZE + x] = ink + random.integer(noise + 1);
      }
    }
  });
  return { images, labels, shape: [1, SIZE, SIZE], classes: ["across", "down", "aslant"] };
}
